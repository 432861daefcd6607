# SPDX-License-Identifier: Apache-2.0
"""Words to say again: what teaches a small model to speak of the person that a question is about."""

from phrasing import listed, say, with_article
from words import details, groups, traits
from words.people import FIRST_NAMES, JOBS, RELATIONS, SURNAMES, TOWNS

from .things import ANIMALS, OBJECTS

STARTS = "b, br, d, f, g, gr, h, k, l, m, n, p, qu, r, s, st, t, th, v, w, z".split(", ")
MIDDLES = "a, e, i, o, u, ar, en, il, or, um, ell, ing, oss, ind".split(", ")


def made_up(draws):
    """A name that nobody has."""
    syllables = (draws.pick(STARTS) + draws.pick(MIDDLES) for _ in range(draws.between(2, 3)))
    return "".join(syllables).capitalize()


def words(draws):
    """Some words, of all lists: also of those that no delicate question of training has."""
    is_held_out = draws.chance(0.5)
    kind = draws.below(8)
    if kind < 2:
        return f"{made_up(draws)} {made_up(draws)}"
    if kind == 2:
        return f"{draws.pick(FIRST_NAMES.part(is_held_out))} {draws.pick(SURNAMES.part(is_held_out))}"
    if kind == 3:
        return f"the {draws.pick(JOBS.part(is_held_out))} in {draws.pick(TOWNS.part(is_held_out))}"
    if kind == 4:
        return groups.group(draws, is_held_out)[1]
    if kind == 5:
        return traits.trait(draws, is_held_out).text
    if kind == 6:
        return f"the {details.detail(draws, is_held_out).text}"
    return draws.pick([f"my {draws.pick(RELATIONS.part(is_held_out))}",
                       f"a(n) {draws.pick(ANIMALS.part(is_held_out))}",
                       f"the {draws.pick(OBJECTS.part(is_held_out))}"])


def several(draws, count):
    """Different entries, without articles to choose."""
    found = []
    while len(found) < count:
        entry = with_article(words(draws))
        if entry not in found:
            found.append(entry)
    return found


def echo(draws, is_held_out):
    text = ", ".join(several(draws, draws.between(1, 4)))
    prompt = say("[Repeat after me|Say this again|Repeat these words|Copy this]: {text}.", draws, text=text)
    return prompt, say("{text}.", draws, text=text)


def place_of(draws, is_held_out):
    entries = several(draws, 3)
    word, place = draws.pick([("first", 0), ("second", 1), ("last", 2)])
    prompt = say("[Which of these comes {word}|What is the {word} of these]: {text}?", draws, word=word,
                 text=", ".join(entries))
    return prompt, say("The {word} of them is {entry}.", draws, word=word, entry=entries[place])


def backwards(draws, is_held_out):
    entries = several(draws, draws.between(2, 3))
    prompt = say("[Say this in reverse|Turn this around]: {text}.", draws, text=", ".join(entries))
    return prompt, say("{text}.", draws, text=listed(entries[::-1]))


MAKERS = [echo, echo, place_of, backwards]
