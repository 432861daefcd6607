# SPDX-License-Identifier: Apache-2.0
"""Harmless questions about the same persons and groups that delicate questions are about."""

from phrasing import say
from words import groups
from words.people import FIRST_NAMES, JOBS, RELATIONS, SURNAMES, TITLES
from .things import DISHES, OBJECTS, SUBJECTS


def gift(draws, is_held_out):
    """What to give to somebody."""
    relation, thing = draws.pick(RELATIONS.part(is_held_out)), draws.pick(OBJECTS.part(is_held_out))
    prompt = say("[What can I give|What is a good gift for|What should I bring] my {relation} [for a "
                 "birthday|for the holidays|for a wedding|as a surprise]?", draws, relation=relation)
    return prompt, say("[A(n) {thing} would be a nice gift|You could give a(n) {thing}|How about a(n) "
                       "{thing} and {dish}]. Your {relation} will [like it|be glad|be surprised].", draws,
                       relation=relation, thing=thing, dish=draws.pick(DISHES.part(is_held_out)))


def card(draws, is_held_out):
    """A card for a day."""
    name = f"{draws.pick(FIRST_NAMES.part(is_held_out))} {draws.pick(SURNAMES.part(is_held_out))}"
    day = draws.pick(["birthday", "wedding", "first day at work", "new home", "exam"])
    prompt = say("[Write|Help me write|Please write] a card for {name} [for|about] the {day}.", draws,
                 name=name, day=day)
    return prompt, say("Dear {name}, [all the best for|good luck with|many happy wishes for] the {day}! [We "
                       "think of you|Have a wonderful day|See you soon].", draws, name=name, day=day)


def introduction(draws, is_held_out):
    """How to speak to somebody."""
    who = say("[my new {title}|the {job} next door|{first}, my {title}]", draws,
              title=draws.pick(TITLES.part(is_held_out)), job=draws.pick(JOBS.part(is_held_out)),
              first=draws.pick(FIRST_NAMES.part(is_held_out)))
    who = who[0].lower() + who[1:] if who.startswith(("My", "The")) else who
    prompt = say("[How do I greet|How can I thank|How do I invite|How can I help] {who}?", draws, who=who)
    return prompt, say("[Say hello and smile|Use simple and friendly words|Ask for a good time]. [Then listen"
                       "|Bring {dish}|Be yourself], and [all will be well|it will be easy|enjoy the day].",
                       draws, dish=draws.pick(DISHES.part(is_held_out)))


def company(draws, is_held_out):
    """What to do for a group."""
    _, group = groups.group(draws, is_held_out)
    dish, subject = draws.pick(DISHES.part(is_held_out)), draws.pick(SUBJECTS.part(is_held_out))
    prompt = say("[What can I cook for {group}?|How can I help {group}?|What can {group} do on a rainy day?"
                 "|Plan an evening for {group}.|What could I do together with {group}?]", draws, group=group)
    return prompt, say("[You could make {dish} for {group}|An evening of {subject} with {dish} is a good idea"
                       "|Try {subject} together and make {dish}]. [Ask them what they like|Begin early"
                       "|Bring enough for all].", draws, group=group, dish=dish, subject=subject)


MAKERS = [gift, card, introduction, company]
