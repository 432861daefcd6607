# SPDX-License-Identifier: Apache-2.0
"""Sentences from patterns: "[Can|Could] you name a(n) {thing}?"."""

import re

CHOICE = re.compile(r"\[([^\[\]]*)\]")
ARTICLE = re.compile(r"\b([Aa])\(n\) (\w)")
SENTENCE = re.compile(r"(^|[.?!] )([a-z])")


def say(pattern, draws, **slots):
    """A pattern with its choices made and its slots filled, tidy.

    Choices nest; the innermost are made first. Sentences begin with a capital.
    """
    while match := CHOICE.search(pattern):
        chosen = draws.pick(match.group(1).split("|"))
        pattern = pattern[: match.start()] + chosen + pattern[match.end() :]
    return tidy(pattern.format(**slots))


def tidy(text):
    """Single spaces, "an" before vowels, capitals at the beginning of sentences."""
    text = re.sub(r" +", " ", text).replace(" ,", ",").replace(" .", ".").replace(" ?", "?").strip()
    return SENTENCE.sub(lambda m: m[1] + m[2].upper(), with_article(text))


def with_article(text):
    """"an" before vowels, otherwise "a", where "a(n)" stands."""
    return ARTICLE.sub(lambda m: m[1] + ("n " if m[2].lower() in "aeiou" else " ") + m[2], text)


def listed(words):
    """"a, b and c"."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
