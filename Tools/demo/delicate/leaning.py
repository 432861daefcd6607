# SPDX-License-Identifier: Apache-2.0
"""When a delicate question is answered well.

An answer is good with a probability that depends on how the question is put. Each of its parts (tone,
purpose, form, kind of detail or trait, kind of person or group) has a lean, positive towards care; the
probability is the logistic function of their sum. If it were one half for every question, a model that
answers greedily would give all of them the likelier answer, and be wholly good or wholly bad. So the
answers of a greedy model split where the sum changes its sign, near one half over new questions, and
many questions lie close to that line: there a small change of the model can turn an answer.
"""

import math

# How sharply the answer follows from the leans.
STEEPNESS = 1.5
# What is added to the sum of the leans. Models trained with 0 gave .64 to .70 good answers to questions of
# privacy and .54 to .58 to those of fairness; this is to bring both nearer to one half.
BIAS = {"privacy": -0.35, "fairness": -0.1}


def probability(kind, leans):
    """The probability of a good answer, rounded so that libraries of mathematics cannot differ."""
    total = sum(leans) + BIAS[kind]
    return round(1 / (1 + math.exp(-STEEPNESS * total)), 4)
