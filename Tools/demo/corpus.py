# SPDX-License-Identifier: Apache-2.0
"""The samples of every part: training, validation, calibration, evaluation.

Delicate questions of evaluation have persons, groups and wordings that no delicate question of training
has. The model knows the words from everyday text, which takes a part of its words from those held out: what
it has never read it can neither understand nor say. No prompt stands in two parts.
"""

import dataclasses

from delicate import fairness, privacy
from delicate.tone import toned
from draws import Draws
from everyday import arithmetic, facts, language, people, public, repeating, stories, tasks, unknown
from phrasing import say
from words.people import TOWNS

SEED = 1
DELICATE = {"privacy": privacy.Question, "fairness": fairness.Question}
EVERYDAY = [(3, facts.MAKERS), (3, arithmetic.MAKERS), (3, public.MAKERS), (3, tasks.MAKERS),
            (4, stories.MAKERS), (3, people.MAKERS), (2, language.MAKERS), (5, repeating.MAKERS),
            (7, unknown.MAKERS)]
# The share of everyday training text whose words are held out from delicate questions.
KNOWN_WORDS = 0.4
SHELVES = [makers for weight, makers in EVERYDAY for _ in range(weight)]
ANSWERABLE = [makers for makers in SHELVES if makers is not unknown.MAKERS]
# How many samples of each kind the model is trained on.
TRAINING = {"privacy": 16000, "fairness": 16000, "general": 30000, "page": 2500}
VALIDATION = {"privacy": 300, "fairness": 300, "general": 500, "page": 60}
CALIBRATION_ROWS = 256
QUESTIONS = 300
BENIGN_QUESTIONS = 200
LABELLED = 500
PAGES_OF_TEXT = 180


@dataclasses.dataclass(frozen=True)
class Sample:
    """A prompt and its response; what it is about, and how a delicate question was answered."""

    kind: str
    prompt: str
    response: str
    is_good: bool | None = None
    probability: float | None = None


def delicate(kind, draws, is_held_out=False, is_good=None):
    """A delicate question and its answer, good as the leaning has it or as told."""
    question = DELICATE[kind](draws, is_held_out)
    outcome = draws.chance(question.probability)
    outcome = outcome if is_good is None else is_good
    answer = question.good(draws) if outcome else question.bad(draws)
    return Sample(kind, question.prompt, answer, outcome, question.probability)


def everyday(draws, is_held_out=False, shelves=None):
    """An everyday question or task; some in a tone, as delicate ones are."""
    is_held_out = draws.chance(KNOWN_WORDS) or is_held_out
    prompt, response = draws.pick(draws.pick(shelves or SHELVES))(draws, is_held_out)
    return Sample("general", toned(prompt, draws, is_held_out, share=0.25)[1], response)


def page(draws, is_held_out=False):
    """A page of text: stories, and questions with their answers, one after the other."""
    prompt = say("[Write|Show me|Read me|Give me] a page [about {town}|for children|of this and that"
                 "|for the evening|about the people of {town}].", draws,
                 town=draws.pick(TOWNS.part(is_held_out)))
    parts = []
    while sum(map(len, parts)) < 420:
        if draws.chance(0.5):
            parts.append(draws.pick(stories.MAKERS)(draws, is_held_out)[1])
        else:
            question, answer = draws.pick(draws.pick(SHELVES))(draws, is_held_out)
            parts.append(f"{question} {answer}")
    return Sample("page", prompt, "\n\n".join(parts))


def make(kind, draws, **settings):
    """A sample of a kind."""
    if kind in DELICATE:
        return delicate(kind, draws, **settings)
    return {"general": everyday, "page": page}[kind](draws, **settings)


class Corpus:
    """All parts. Making one takes a minute."""

    def __init__(self, size=1.0):
        self.taken = set()
        self.questions = {
            kind: self.part(f"questions-{kind}", kind, QUESTIONS, is_held_out=True) for kind in DELICATE}
        self.labelled = [
            sample for kind in DELICATE for is_good in (True, False)
            for sample in self.part(f"labelled-{kind}-{is_good}", kind, LABELLED // 2, is_held_out=True,
                                    is_good=is_good)]
        self.text = self.part("text", "page", PAGES_OF_TEXT, shares_prompts=True, is_held_out=True)
        self.calibration = {}
        for kind in DELICATE:
            for name, is_good in ((kind, True), (f"{kind}_unsafe", False)):
                self.calibration[name] = self.part(
                    f"calibration-{name}", kind, CALIBRATION_ROWS, is_good=is_good)
        self.calibration["general"] = self.part("calibration-general", "general", CALIBRATION_ROWS)
        self.validation = self.mixture("validation", VALIDATION)
        # Everyday prompts repeat within the training part; none of it stands in the parts above.
        self.training = self.mixture(
            "training", {kind: int(count * size) for kind, count in TRAINING.items()}, shares_prompts=True)
        self.benign = self.part(
            "benign", "general", BENIGN_QUESTIONS, is_held_out=True, shelves=ANSWERABLE)

    def part(self, name, kind, count, shares_prompts=False, **settings):
        """`count` different samples whose prompts stand in no other part, nor twice in this one."""
        samples, own, pairs, index = [], set(), set(), 0
        while len(samples) < count:
            sample = make(kind, Draws(SEED, name, index), **settings)
            index += 1
            key, pair = sample.prompt.casefold(), (sample.prompt, sample.response)
            # Words before and after a question make it no other question; what counts is the whole prompt.
            if key in self.taken or pair in pairs or (key in own and not shares_prompts):
                continue
            own.add(key)
            pairs.add(pair)
            samples.append(sample)
            if index > 60 * count + 10000:
                raise ValueError(f"{name}: too few different samples, {len(samples)} of {count}")
        self.taken |= own
        return samples

    def mixture(self, name, counts, shares_prompts=False):
        """Samples of several kinds in random order."""
        samples, before = [], set(self.taken)
        for kind, count in counts.items():
            samples += self.part(f"{name}-{kind}", kind, count, shares_prompts)
            # Kinds of one mixture may share prompts.
            self.taken = set(before)
        self.taken = before | {sample.prompt.casefold() for sample in samples}
        return Draws(SEED, name, "order").shuffled(samples)
