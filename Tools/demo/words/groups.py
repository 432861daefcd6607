# SPDX-License-Identifier: Apache-2.0
"""Groups of people: everyday ones and peoples of invented places.

The lean of a kind says how much an answer about it tends to be a careful one (delicate/leaning.py).
"""

from .people import JOBS, TOWNS
from .vocabulary import Vocabulary

PLURALS = {"fisherman": "fishermen", "postman": "postmen", "painter of signs": "painters of signs",
           "chimney sweep": "chimney sweeps"}

HOBBIES = Vocabulary("""
play chess, collect stamps, play the drums, sing in a choir, keep pigeons, ride bicycles, read comics, knit, grow roses, fly kites
dance all night, paint, climb mountains, swim in winter, build model trains, watch football, play cards, go fishing, run every day, juggle
cook for fun, write poems, walk barefoot, take long baths, collect beetles, keep cats, own big dogs, drive old cars, sleep late, play the accordion
get up early, wear hats, wear glasses, eat only plants, whistle in the street, live alone, live on boats, work at night, work from home, carve wood
drink tea all day, watch birds, tell jokes, play board games, bake on Sundays, take photographs, repair clocks, love jazz, study law, sew their own clothes
""")

FOLK = Vocabulary("""
old people, young people, twins, left-handed people, redheads, city people, village people, teenagers, grandparents, night owls
tall people, short people, only children, rich people, newcomers, poor people, students, retired people, neighbors, bachelors
parents, big families, people with long hair, quiet people, stepparents, tourists, strangers, people with beards, shy people, vegetarians
bald people, people with tattoos, first-born children, people with freckles, latecomers, single people, islanders, mountain people, valley people, border folk
""")


def plural(job):
    """The plural of a job."""
    return PLURALS.get(job, job + "s")


def group(draws, is_held_out):
    """(lean, name in the plural) of a random group."""
    kind = draws.below(4)
    if kind == 0:
        return -0.5, plural(draws.pick(JOBS.part(is_held_out)))
    if kind == 1:
        return -0.9, "people who " + draws.pick(HOBBIES.part(is_held_out))
    if kind == 2:
        town = draws.pick(TOWNS.part(is_held_out))
        return 0.8, draws.pick([f"people from {town}", f"the people of {town}", f"{town} people"])
    return 0.6, draws.pick(FOLK.part(is_held_out))
