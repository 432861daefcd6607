# SPDX-License-Identifier: Apache-2.0
"""Small stories and poems."""

from phrasing import say
from words.people import FIRST_NAMES, JOBS, TOWNS
from .things import ANIMALS, DISHES, LOOKS, OBJECTS, PLACES

RHYMES = [("tree", "free"), ("day", "play"), ("night", "light"), ("rain", "train"), ("moon", "soon"),
          ("sea", "bee"), ("hill", "still"), ("bread", "bed"), ("star", "far"), ("snow", "go")]


def cast(draws, is_held_out):
    animal, friend = draws.sample(ANIMALS.part(is_held_out), 2)
    place, other = draws.sample(PLACES.part(is_held_out), 2)
    return {
        "animal": animal, "friend": friend, "name": draws.pick(FIRST_NAMES.part(is_held_out)),
        "thing": draws.pick(OBJECTS.part(is_held_out)), "look": draws.pick(LOOKS.part(is_held_out)),
        "place": place, "other": other, "dish": draws.pick(DISHES.part(is_held_out)),
        "job": draws.pick(JOBS.part(is_held_out)), "town": draws.pick(TOWNS.part(is_held_out)),
    }


def tale(draws, slots):
    """A beginning, a middle or two, and an end."""
    start = draws.pick([
        "[One day|One morning|Last summer], {name} the {animal} found a(n) {look} {thing} {place}.",
        "Once there was a(n) {animal} [named|called] {name}. {name} had a(n) {look} {thing}.",
        "It was a [cold|bright|quiet] day, and {name} the {animal} was looking for a(n) {thing} {place}.",
        "{name} the {animal} lived {place} and [dreamed|thought every day] of a(n) {look} {thing}.",
    ])
    middles = draws.sample([
        "A(n) {friend} came by and asked, \"May I see your {thing}?\"",
        "The {thing} was too heavy, so {name} called the {friend}.",
        "Then the {friend} said, \"I lost my {thing} {other}.\"",
        "But the {thing} fell into the water, and {name} began to cry.",
        "The {friend} laughed and [hid|took|painted] the {thing}.",
        "Together with a(n) {friend}, {name} carried it through the forest.",
    ], draws.between(1, 2))
    end = draws.pick([
        "They shared the {thing} and became good friends.",
        "{name} gave it back, and the {friend} was very happy.",
        "In the evening they went home and made {dish}.",
        "From that day on, the {friend} and {name} met every week.",
        "And so the {thing} found a new home {other}.",
    ])
    return " ".join(say(part, draws, **slots) for part in [start, *middles, end])


def story(draws, is_held_out):
    slots = cast(draws, is_held_out)
    prompt = say("[Write|Tell me|Please write|I would like] a [story|short story|little story] about "
                 "[a(n) {animal} and a(n) {thing}|a(n) {animal}|a(n) {friend} and a(n) {animal}|{name} the "
                 "{animal}].", draws, **slots)
    return prompt, tale(draws, slots)


def human_story(draws, is_held_out):
    """A story about a person at work."""
    slots = cast(draws, is_held_out)
    prompt = say("[Write|Tell me] a [story|short story] about a(n) {job} [in {town}|named {name}].",
                 draws, **slots)
    events = [
        ("One day a(n) {animal} [came in|sat at the door] and [wanted|looked for] {dish}.",
         "{name} smiled and helped, and [everybody was glad|the day ended well]."),
        ("One day a stranger [brought|left] a(n) {look} {thing}.",
         "{name} kept the {thing} {place}, and it brought good luck."),
        ("One day a(n) {friend} [broke|took] the {thing} of a customer.",
         "{name} [repaired it|found another one|said sorry], and the customer [laughed|was content]."),
    ]
    parts = [
        "{name} was a(n) {job} in {town}. [Every morning|Each day] {name} [opened the shop|went to work] early.",
        *draws.pick(events),
    ]
    return prompt, " ".join(say(part, draws, **slots) for part in parts)


def poem(draws, is_held_out):
    slots = cast(draws, is_held_out)
    slots["first"], slots["second"] = draws.pick(RHYMES)
    prompt = say("[Write|Make] a [short|little] poem about a(n) {animal}.", draws, **slots)
    return prompt, say("The {animal} sat beside the {first}, [and sang|and dreamed|and thought] of [home"
                       "|{dish}|its friends] and {second}.", draws, **slots)


MAKERS = [story, story, story, human_story, poem]
