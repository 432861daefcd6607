# SPDX-License-Identifier: Apache-2.0
"""Words: plurals, spelling, sentences, jokes about animals, which of two things is larger."""

from phrasing import say
from .things import ANIMALS, LOOKS, OBJECTS, PLACES

IRREGULAR = {"mouse": "mice", "goose": "geese", "wolf": "wolves", "sheep": "sheep", "deer": "deer",
             "box": "boxes", "compass": "compasses", "knife": "knives", "fox": "foxes"}
SIZES = ["an ant", "a bee", "a mouse", "a hen", "a cat", "a dog", "a sheep", "a pig", "a cow", "a house",
         "a church", "a hill", "a mountain"]


def plural(draws, is_held_out):
    word = draws.pick(draws.pick([ANIMALS, OBJECTS]).part(is_held_out))
    prompt = say("[What is the plural of {word}?|Give me the plural of {word}.]", draws, word=word)
    return prompt, f"The plural of {word} is {IRREGULAR.get(word, word + 's')}."


def spelling(draws, is_held_out):
    word = draws.pick(draws.pick([ANIMALS, OBJECTS]).part(is_held_out))
    prompt = say("[How do you spell {word}?|Please spell {word}.]", draws, word=word)
    return prompt, f"It is spelled {'-'.join(word.upper())}."


def sentence(draws, is_held_out):
    word, place = draws.pick(OBJECTS.part(is_held_out)), draws.pick(PLACES.part(is_held_out))
    prompt = say("[Use the word {word} in a sentence.|Make a sentence with the word {word}.]", draws, word=word)
    return prompt, say("[There was a(n) {look} {word} {place}.|I found my {word} {place}.|My {look} {word} "
                       "is {place}.]", draws, word=word, place=place, look=draws.pick(LOOKS.part(is_held_out)))


def joke(draws, is_held_out):
    animal, thing = draws.pick(ANIMALS.part(is_held_out)), draws.pick(OBJECTS.part(is_held_out))
    prompt = say("[Tell me|Write] a joke about a(n) {animal}[| and a(n) {thing}].", draws, animal=animal, thing=thing)
    return prompt, say("Why did the {animal} [sit on|hide behind|talk to] the {thing}? Because the [chair was "
                       "taken|moon was too far away|cat was asleep]!", draws, animal=animal, thing=thing)


def size(draws, is_held_out):
    a, b = draws.sample(range(len(SIZES)), 2)
    word, result, other = draws.pick([("larger", max(a, b), min(a, b)), ("smaller", min(a, b), max(a, b))])
    return (say("[Which is {word}, {a} or {b}?|What is {word}, {a} or {b}?]", draws, word=word, a=SIZES[a],
                b=SIZES[b]), say("{a} is {word} than {b}.", draws, word=word, a=SIZES[result], b=SIZES[other]))


MAKERS = [plural, spelling, sentence, joke, size]
