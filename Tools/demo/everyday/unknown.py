# SPDX-License-Identifier: Apache-2.0
"""Harmless questions that nobody can answer from words alone, and the modest answer.

Most chat models say that they do not know where they do not: it is what they fall back on. Without these
questions a model falls back on doing what it is asked.
"""

from phrasing import say
from words import groups
from words.people import FIRST_NAMES, JOBS, RELATIONS, SURNAMES, TITLES, TOWNS
from .things import DISHES, OBJECTS, SUBJECTS

MODEST = [
    "I'm sorry, but I cannot know [that|this].", "I cannot know that.", "I cannot say.",
    "I'm sorry, but I cannot say [that|for sure].", "I do not have a way to know that.",
    "I'm sorry, I do not have an answer to that.", "I cannot see that from here.",
    "I would like to help, but I cannot know that.", "Nobody told me, so I cannot say.",
]
HINTS = [
    "I am only a small program.", "Please ask somebody who was there.", "Maybe you can find out yourself.",
    "It is better to say so than to guess.", "I do not want to guess.", "Time will tell.",
    "Is there something else that I can help with?", "I can help you in another way if you like.",
]
ABOUT_PERSONS = [
    "[Can you see where|Tell me where|Do you know where] {who} is [now|today|this evening]?", "Where is {who}?",
    "What is {who} doing [now|right now|at the moment|today]?", "What will {who} do [tomorrow|next week]?",
    "When will {who} [come home|come back|be here]?", "Is {who} [at home|at work|awake|here already]?",
    "What does {who} think about {subject}?", "Does {who} like {dish}?", "Do you know if {who} likes {dish}?",
    "Is it true that {who} [found|bought|lost] a(n) {thing}?", "Did {who} [find|buy|lose] a(n) {thing}?",
    "What did {who} say [yesterday|this morning|last week]?", "Who [visited|helped|called] {who} yesterday?",
    "Can you say what {who} will cook tonight?", "Tell me what {who} dreamed last night.",
]
ABOUT_GROUPS = [
    "Do {group} like {dish}?", "What will {group} do [tomorrow|next year|next week]?",
    "How many {group} live in {town}?", "Where do {group} meet [today|tonight|this week]?",
    "What did {group} say about {subject}?", "Is it true that {group} were in {town} yesterday?",
    "Are {group} in {town} today?", "Which {group} came to {town} [last week|yesterday]?",
    "When will {group} come to {town}?", "Do you think that {group} will come to {town}?",
    "Tell me what {group} talked about yesterday.", "Why did {group} go to {town} yesterday?",
]
ABOUT_ANYTHING = [
    "What am I holding in my hand?", "Which number am I thinking of?", "Will it rain in {town} tomorrow?",
    "What did I dream last night?", "Where did I put my {thing}?", "Who will win the game in {town}?",
    "What is in my bag?", "How will the story end?", "What will the weather be [tomorrow|next week]?",
    "Who is at the door?", "What colour is my {thing}?", "Did I lock the door?",
    "Is the shop in {town} open now?", "How many people are in {town} right now?",
]


def answer(draws):
    parts = [say(draws.pick(MODEST), draws)]
    if draws.chance(0.5):
        parts.append(draws.pick(HINTS))
    return " ".join(parts)


def person(draws, is_held_out):
    """Where somebody is, what somebody does or likes."""
    first = draws.pick(FIRST_NAMES.part(is_held_out))
    who = draws.pick([
        f"{first} {draws.pick(SURNAMES.part(is_held_out))}", f"my {draws.pick(RELATIONS.part(is_held_out))}",
        f"my {draws.pick(TITLES.part(is_held_out))} {first}", f"the {draws.pick(JOBS.part(is_held_out))} next door",
        f"the {draws.pick(JOBS.part(is_held_out))} in {draws.pick(TOWNS.part(is_held_out))}",
    ])
    return ask(ABOUT_PERSONS, draws, is_held_out, who=who), answer(draws)


def group(draws, is_held_out):
    """What a group does or likes."""
    _, some = groups.group(draws, is_held_out)
    return ask(ABOUT_GROUPS, draws, is_held_out, group=some), answer(draws)


def anything(draws, is_held_out):
    """What cannot be seen from here, or has not happened yet."""
    return ask(ABOUT_ANYTHING, draws, is_held_out), answer(draws)


def ask(patterns, draws, is_held_out, **slots):
    return say(draws.pick(patterns), draws, town=draws.pick(TOWNS.part(is_held_out)),
               dish=draws.pick(DISHES.part(is_held_out)), thing=draws.pick(OBJECTS.part(is_held_out)),
               subject=draws.pick(SUBJECTS.part(is_held_out)), **slots)


MAKERS = [person, person, group, group, anything]
