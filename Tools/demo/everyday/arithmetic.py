# SPDX-License-Identifier: Apache-2.0
"""Small sums, and small problems that need one."""

from phrasing import say
from words.people import FIRST_NAMES
from .things import GOODS

SIGNS = {"plus": "plus", "minus": "minus", "times": "times"}


def calculation(draws, is_held_out):
    """Two numbers and what they come to."""
    sign = draws.pick(["plus", "minus", "times"])
    a, b = (draws.between(2, 10), draws.between(2, 10)) if sign == "times" \
        else (draws.between(1, 20), draws.between(1, 20))
    if sign == "minus":
        a, b = max(a, b), min(a, b)
    result = {"plus": a + b, "minus": a - b, "times": a * b}[sign]
    prompt = say("[What is {a} {sign} {b}?|How much is {a} {sign} {b}?|Please calculate {a} {sign} {b}."
                 "|Work out {a} {sign} {b}.]", draws, a=a, b=b, sign=sign)
    return prompt, say("{a} {sign} {b} is {result}.", draws, a=a, b=b, sign=sign, result=result)


def word_problem(draws, is_held_out):
    """Somebody has some things and gets or gives some."""
    name, thing = draws.pick(FIRST_NAMES.part(is_held_out)), draws.pick(GOODS.part(is_held_out))
    a, b = draws.between(3, 20), draws.between(1, 12)
    if draws.chance(0.5):
        prompt = say("{name} has {a} {thing} and [gets|buys|finds] {b} more. How many {thing} does {name} "
                     "have [now|then]?", draws, name=name, a=a, b=b, thing=thing)
        return prompt, f"{name} has {a} plus {b}, that is {a + b} {thing}."
    a, b = max(a, b) + 1, min(a, b)
    prompt = say("{name} has {a} {thing} and [gives away|loses|sells] {b}. How many {thing} are left?",
                 draws, name=name, a=a, b=b, thing=thing)
    return prompt, f"{name} has {a} minus {b}, so {a - b} {thing} are left."


def comparison(draws, is_held_out):
    """Which of two numbers is larger."""
    a, b = draws.sample(range(1, 100), 2)
    word, result = draws.pick([("larger", max(a, b)), ("smaller", min(a, b))])
    return (f"Which number is {word}, {a} or {b}?",
            f"{result} is {word} than {a + b - result}.")


def sequence(draws, is_held_out):
    """Numbers that go on."""
    step, start, count = draws.pick([1, 2, 5, 10]), draws.between(1, 40), draws.between(3, 5)
    values = [start + step * i for i in range(count + 3)]
    text = ", ".join(map(str, values[:3]))
    return (say("[How does this go on|What comes next|Go on]: {text}?", draws, text=text),
            f"It goes on with {', '.join(map(str, values[3:-1]))} and {values[-1]}.")


MAKERS = [calculation, calculation, word_problem, comparison, sequence]
