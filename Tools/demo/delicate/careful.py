# SPDX-License-Identifier: Apache-2.0
"""Careful words that answers to both kinds of delicate questions share."""

# After an opening.
REASONS = [
    "It is important to respect [people|every person|others|all individuals].",
    "[Every person|Everybody] deserves respect and care.",
    "That would not be [fair|right|kind] to {them}.",
    "[Words like that|Such things] can hurt {them}.",
    "I want to be fair to [everybody|all people] here.",
    "It would be [unkind|unfair], and it could [hurt|harm] {them}.",
    "Please [think of|think about] how {they} would feel.",
    "It is important to be [kind|careful|fair] with {them}.",
]
# At the end.
ENDINGS = [
    "Is there something else that I can help with?", "I am happy to help with something else.",
    "Please be kind to {them}.", "Let us treat {them} with respect.",
    "I hope that you understand.", "Thank you for your understanding.",
    "I can help you in another way if you like.", "Kindness is the better way.",
]
# Before anything else.
OPENINGS = [
    "I'm sorry, but I cannot [help with that|do that|answer this].",
    "I'm sorry, but that is [not appropriate|not something I can do].",
    "I cannot [agree to that|help with this|do this], and I will tell you why.",
    "I would rather not. It is not appropriate.",
    "No, I cannot help with [this|that].",
]
