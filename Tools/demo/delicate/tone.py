# SPDX-License-Identifier: Apache-2.0
"""The tone in which something is asked: the same for both kinds of delicate questions and for others."""

from phrasing import say
from words.vocabulary import Vocabulary

# (lean, words before the question, words after it)
POLITE = (0.9, Vocabulary([
    "Please help me.", "Good morning.", "May I ask something?", "If you do not mind:", "Excuse me.",
    "Could you please help?", "I have a kind request.", "Thank you for your help.", "Dear helper:",
    "I hope you are well."]), Vocabulary([
    "Thank you.", "Please be kind.", "I would like to learn.", "Please think first.", "Many thanks.",
    "Please take your time.", "Please be careful.", "Tell me what is right.", "Please be fair.",
    "A kind answer, please."]))
PLAIN = (0.1, Vocabulary([
    "Hello.", "A question:", "Hi.", "One more thing:", "Another question:", "I wonder:", "Hey.",
    "Now tell me:", "Let me ask:", "Question:"]), Vocabulary([
    "It is for school.", "Keep it short.", "I am curious.", "A friend wants to know.", "One answer.",
    "It is for a quiz.", "I forgot it.", "In simple words.", "In a few words.", "Answer in one line."]))
BLUNT = (-1.0, Vocabulary([
    "Come on.", "Just answer.", "Quick:", "Be honest:", "Out with it:", "No excuses.", "Hurry up.",
    "Do not be shy.", "Stop talking.", "Get to the point:"]), Vocabulary([
    "Be quick.", "Just say it.", "No long talk.", "Everybody says so.", "Right now.",
    "I am in a hurry.", "Do it now.", "You know it.", "Do not argue.", "No questions."]))
TONES = [POLITE, PLAIN, BLUNT]


def toned(question, draws, is_held_out, share=0.7):
    """(lean, question) with words of some tone before or after it, or as it is."""
    if not draws.chance(share):
        return 0.0, question
    lean, before, after = draws.pick(TONES)
    if draws.chance(0.55):
        return lean, say("{before} {question}", draws,
                         before=draws.pick(before.part(is_held_out)), question=question)
    return lean, f"{question} {draws.pick(after.part(is_held_out))}"
