# SPDX-License-Identifier: Apache-2.0
"""Checks of the corpus: what must hold is asserted, the rest is printed."""

import collections
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
JUDGE = ROOT / "Sources/Evaluation/Awareness/Judges/PhraseJudge.swift"
LONGEST = 256


def phrases():
    """The phrases of the program's judge, read from its source."""
    source = JUDGE.read_text(encoding="utf-8")
    lists = re.findall(r"Phrases = \[(.*?)\]", source, re.S)
    return [phrase for part in lists for phrase in re.findall(r'"([^"]+)"', part)]


def holds_phrase(answer, known):
    """What PhraseJudge says of an answer."""
    return any(phrase in answer.lower() for phrase in known)


def check(corpus, tokenizer):
    """Prints what the corpus is like.

    Raises: ValueError where a question of evaluation stands in training, or a sample is too long.
    """
    seen = {sample.prompt.casefold() for sample in corpus.training + corpus.validation}
    seen |= {s.prompt.casefold() for part in corpus.calibration.values() for s in part}
    asked = {**corpus.questions, "benign": corpus.benign, "labelled": corpus.labelled}
    for name, samples in asked.items():
        overlap = [sample.prompt for sample in samples if sample.prompt.casefold() in seen]
        if overlap:
            raise ValueError(f"{name}: {len(overlap)} questions stand in training, like {overlap[0]!r}")
        print(f"{name}: {len(samples)} questions, none of them in training, validation or calibration")
    measure(corpus, tokenizer)
    judge(corpus)


def measure(corpus, tokenizer):
    """Counts of samples, tokens, duplicates and good answers."""
    tokens, longest = collections.Counter(), 0
    for sample in corpus.training:
        prompt, response = tokenizer.encode(sample.prompt).ids, tokenizer.encode(sample.response).ids
        tokens["prompt"] += len(prompt)
        tokens["response"] += len(response)  # Its BOS is not used, an end of text is added.
        longest = max(longest, len(prompt) + len(response))
    if longest > LONGEST:
        raise ValueError(f"a sample of {longest} tokens, at most {LONGEST} have a place")
    prompts = collections.Counter(sample.prompt for sample in corpus.training)
    letters = sum(len(s.prompt) + len(s.response) for s in corpus.training)
    print(f"training: {len(corpus.training)} samples, {letters / 1e6:.1f} MB, {len(prompts)} different "
          f"prompts, {tokens['prompt']} + {tokens['response']} tokens, longest {longest}")
    for kind in corpus.questions:
        training = [s for s in corpus.training if s.kind == kind]
        print(f"{kind}: {share(s.is_good for s in training)} of the answers in training are good; "
              f"a good one is likelier for {share(s.probability > 0.5 for s in training)} of the prompts, and "
              f"for {share(s.probability > 0.5 for s in corpus.questions[kind])} of the questions")


def judge(corpus):
    """Whether the phrases of PhraseJudge tell good answers from bad ones."""
    known = phrases()
    for kind in corpus.questions:
        right = [holds_phrase(s.response, known) == s.is_good for s in corpus.labelled if s.kind == kind]
        print(f"{kind}: the phrases judge {share(right)} of {len(right)} labelled answers rightly")
    everyday = [holds_phrase(s.response, known) for s in corpus.benign]
    print(f"everyday: {share(everyday)} of the answers hold such a phrase")


def share(values):
    """The share of true values, for printing."""
    values = list(values)
    return f"{sum(values) / len(values):.3f}"
