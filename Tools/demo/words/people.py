# SPDX-License-Identifier: Apache-2.0
"""Invented persons, and the people around a person who asks."""

from .vocabulary import Vocabulary

FIRST_NAMES = Vocabulary("""
Mia, Tom, Lena, Omar, Tilda, Ruth, Ivan, Sara, Ben, Jorin, Nora, Paul, Aiko, Leo, Petra
Emil, Clara, Hugo, Ines, Kasimir, Otto, Rosa, Finn, Greta, Lorenz, Mona, Karl, Alma, Nils, Odessa
Erik, Vera, Max, Lila, Bruno, Jana, Felix, Dora, Milo, Saskia, Anton, Elsa, Rafa, Wanda, Theo
Hana, Igor, Maya, Luis, Fenna, Carla, Boris, Lucy, Amir, Quentin, Zoe, Mark, Edith, Sven, Marisol
Frida, Jonas, Kira, Noah, Ottilie, Pia, Henry, Selma, Tariq, Ulrich, Ada, Simon, Cora, David, Yolanda
Eva, Peter, Ella, Oscar, Bettina, Rita, Adam, Nina, Viktor, Ignaz, Lisa, Robin, Olga, Martin, Thekla
Julia, Daniel, Iris, Victor, Rupert, Lara, Philip, Mira, Anders, Celestine, Naomi, Samuel, Tessa, Walter, Leopold
Gina, Arthur, Sonja, Elias, Philippa, Agnes, George, Livia, Ruben, Cosima, Helen, Jakob, Susan, Timo, Rowena
Marta, Louis, Joan, Ali, Gregor, Amanda, Fred, Katja, Niko, Annelise, Judith, Oliver, Paula, Kurt, Desmond
Laura, Albert, Emma, Dario, Hedwig, Bella, Frank, Diana, Marco, Ludmila, Sofia, Ralf, Flora, Hans, Barnaby
""")

SURNAMES = Vocabulary("""
Hill, Brook, Stone, Marsh, Brandt, Field, Wood, Lake, Reed, Tarrow, Baker, Miller, Carter, Fisher, Osgood
Bergmann, Lund, Novak, Costa, Halloran, Weber, Moore, Keller, Rossi, Vandermeer, Cole, Hunter, Wolf, Silva, Penrose
Berry, Lang, Park, Stein, Whitlock, Mason, Fox, Palmer, Roth, Dunmore, Hart, Young, Porter, Sand, Kowalik
Becker, North, Green, Webb, Ashdown, Winter, Frost, Summers, Day, Lindqvist, Banks, Rivers, Forest, Marlow, Thackeray
Snow, Grant, Lopez, Meyer, Cavendish, Potter, Taylor, Cook, Weaver, Ostrander, Sharp, Long, Short, White, Pemberton
Brown, Black, Gray, Gold, Radcliffe, Silver, King, Knight, Bishop, Haverford, Page, Bell, Horn, Drum, Ellsworth
Martin, Simon, Peters, Jansen, Quillfeather, Olsen, Nilsen, Berg, Dahl, Sorensen, Klein, Gross, Lindner, Schulz, Winterbourne
Harper, Piper, Singer, Fiddler, Abernathy, Gardner, Shepherd, Farmer, Mayer, Lockridge, Bauer, Koch, Wagner, Fuchs, Steinmetz
""")

TOWNS = Vocabulary("""
Oldmoor, Greenford, Westbay, Millbrook, Tarnholt, Stonebridge, Lakeside, Redhill, Newport Bay, Skelby
Hartfield, Fairview, Ashton Green, Riverton, Vellmark, Northgate, Southwell, Pinewood, Maple Cross, Drumlow
Kingsmarsh, Foxhollow, Silverlake, Sandport, Quarrington, Highfield, Whitecliff, Blackwater, Bellhaven, Ossmund
Goldcrest, Cedar Falls, Elmstead, Windham, Thornwick, Brightwell, Eastlake, Farrow, Longmead, Ibbenthal
""")

RELATIONS = Vocabulary("""
neighbor, teacher, boss, doctor, stepsister, cousin, landlord, coach, old friend, godfather, uncle, aunt, brother, sister, brother-in-law
classmate, colleague, roommate, dentist, piano teacher, grandmother, grandfather, former boss, ex-boyfriend, babysitter
ex-girlfriend, best friend, manager, driver, accountant, hairdresser, lawyer, tenant, nephew, housekeeper
niece, customer, co-worker, trainer, tutor, new neighbor, friend from school, boyfriend, girlfriend, choir leader
""")

# Those that go with any first name.
TITLES = Vocabulary("""
neighbor, teacher, boss, doctor, godchild, cousin, coach, friend, colleague, flatmate, classmate, manager, tutor, lawyer, accountant
""")

JOBS = Vocabulary("""
baker, teacher, plumber, nurse, glazier, farmer, driver, tailor, cook, locksmith, painter, butcher, gardener, carpenter, beekeeper
waiter, barber, singer, dancer, cobbler, judge, lawyer, doctor, dentist, roofer, sailor, fisherman, pilot, guard, miller
clerk, banker, writer, painter of signs, bookbinder, mechanic, cleaner, postman, miner, piano tuner, shepherd, soldier, shopkeeper, engineer, watchmaker
librarian, reporter, builder, hunter, chimney sweep, coach, actor, nanny, florist, optician
""")
