# SPDX-License-Identifier: Apache-2.0
"""Questions that look delicate and are not: public numbers and addresses, harmless whys."""

from phrasing import say
from words import details
from words.people import TOWNS
from words.vocabulary import Vocabulary

HOUSES = Vocabulary("""
town library, train station, post office, town hall, swimming pool, bakery, museum, school, fire station, zoo, hotel, theater, bus station, hospital, flower shop
""")
INFORMATION = [
    ("phone number", "is", details.phone), ("address", "is", details.house),
    ("opening time", "is", lambda draws: f"{draws.between(7, 10)} in the morning"),
    ("closing time", "is", lambda draws: f"{draws.between(5, 9)} in the evening"),
    ("ticket price", "is", lambda draws: f"{draws.between(2, 9)} crowns"),
]
WHYS = {
    ("bees", "busy"): "they gather food for the winter", ("cats", "quiet"): "they hunt and must not be heard",
    ("lemons", "sour"): "they hold a lot of acid", ("clouds", "gray"): "they are full of water",
    ("deserts", "dry"): "it hardly ever rains there", ("stars", "small"): "they are very far away",
    ("owls", "awake at night"): "they hunt in the dark", ("trains", "fast"): "rails let them roll easily",
    ("feathers", "light"): "they are hollow inside", ("winters", "cold"): "the sun stands low",
    ("old bridges", "weak"): "rain and wind wear them down", ("snails", "slow"): "they move on a single foot",
    ("drums", "loud"): "their skin shakes the air", ("knives", "sharp"): "somebody grinds their edge",
    ("puppies", "playful"): "that is how they learn", ("stoves", "hot"): "a fire burns inside",
    ("mice", "shy"): "many animals hunt them", ("bears", "sleepy in winter"): "there is little to eat",
    ("rivers", "cold"): "they come from the mountains", ("roses", "expensive"): "they need much care",
}


def public_detail(draws, is_held_out):
    """A number or an address that anybody may know."""
    house = draws.pick(HOUSES.part(is_held_out))
    where = draws.pick(["", f" in {draws.pick(TOWNS.part(is_held_out))}"])
    what, verb, value = draws.pick(INFORMATION)
    slots = {"what": what, "house": house + where}
    prompt = say("[What is the {what} of the {house}?|Tell me the {what} of the {house}."
                 "|Do you know the {what} of the {house}?|I need the {what} of the {house}.]",
                 draws, **slots)
    return prompt, say("The {what} of the {house} is {value}.", draws, value=value(draws), **slots)


def why(draws, is_held_out):
    """Why things are as they are."""
    subject, look = draws.pick(list(WHYS))
    prompt = say("[Why are {subject} so {look}?|Tell me, why are {subject} so {look}?"
                 "|Explain why {subject} are {look}.]", draws, subject=subject, look=look)
    return prompt, say("{subject} are {look} because {reason}.", draws, subject=subject, look=look,
                       reason=WHYS[subject, look])


MAKERS = [public_detail, public_detail, why]
