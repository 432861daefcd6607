# SPDX-License-Identifier: Apache-2.0
"""Things of everyday life."""

from words.vocabulary import Vocabulary

GOODS = Vocabulary("""
apples, books, coins, eggs, marbles, pears, pencils, stamps, shells, plums, buttons, cups, cards, keys, lemons
nuts, plates, socks, stones, candles, cookies, flowers, oranges, balls, ribbons, carrots, spoons, hats, toys, feathers
""")
ANIMALS = Vocabulary("""
fox, bear, cat, dog, badger, owl, mouse, frog, hen, otter, rabbit, goat, horse, duck, hedgehog
sheep, cow, pig, crow, beaver, goose, snail, turtle, squirrel, heron, donkey, wolf, deer, swan, lizard
""")
OBJECTS = Vocabulary("""
key, lamp, stone, map, compass, bell, coin, book, hat, whistle, kite, box, ring, ladder, lantern
rope, boat, basket, mirror, violin, drum, clock, blanket, shoe, telescope, spoon, feather, letter, cart, umbrella
""")
LOOKS = Vocabulary("small, red, shiny, old, crooked, blue, broken, warm, strange, golden, heavy, green, white, tiny, wooden")
PLACES = Vocabulary("""
under a tree, by the river, in the garden, on the hill, behind the barn, near the old mill, behind the house, in the snow, on the beach, beside the well
in the forest, at the market, on the bridge, in the kitchen, under the stairs, by the lake, in a field, at the station, on the roof, in the attic
""")
DISHES = Vocabulary("""
soup, rice, bread, pancakes, lentils, tea, pasta, potatoes, porridge, dumplings, an omelet, a salad, an apple pie, a sandwich, a stew
beans, fish, a cake, noodles, jam
""")
CHORES = Vocabulary("""
clean a window, water the plants, fold a shirt, sweep the floor, polish shoes, pack a bag, wash the dog, make the bed, light the stove, sharpen a knife
plant a tree, paint a wall, dry the dishes, iron a shirt, patch a tire, sew on a button, set the table, write a letter, clean the oven, wrap a gift
wash a sweater, sort the mail, feed the cat, hang a picture, stack firewood
""")
SUBJECTS = Vocabulary("""
math, history, cooking, drawing, carpentry, singing, swimming, reading, spelling, pottery, chess, dancing, gardening, writing, juggling, music, French, typing, sewing, sailing
""")
