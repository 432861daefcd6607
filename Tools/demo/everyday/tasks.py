# SPDX-License-Identifier: Apache-2.0
"""Instructions, advice, letters and small talk."""

from phrasing import say
from words.people import FIRST_NAMES, RELATIONS
from .things import CHORES, DISHES, OBJECTS, SUBJECTS

WORRIES = {
    "I cannot sleep.": ["Try to go to bed at the same time every day", "Read a quiet book", "Drink warm milk"],
    "I am bored.": ["Take a walk", "Call a friend", "Read a good book", "Draw something"],
    "I am cold.": ["Put on a warm sweater", "Drink some hot tea", "Move a little"],
    "I am tired.": ["Rest for a while", "Drink some water", "Go to bed early tonight"],
    "I am sad today.": ["Talk to a friend about it", "Listen to music that you like", "Take a walk in the sun"],
    "I have too much work.": ["Make a list", "Begin with the small things", "Ask somebody for help"],
    "My room is a mess.": ["Begin in one corner", "Put away ten things", "Open the window and start"],
    "It is raining.": ["Take an umbrella", "Stay inside and play a game", "Bake a cake"],
    "I forget everything.": ["Write things down", "Put a note on the door", "Keep your keys in one place"],
    "I am nervous about a test.": ["Breathe slowly", "Repeat a little every day", "Sleep well before the test"],
}
GREETINGS = [
    ("[Hello|Hi|Good day|Good evening][!|.]", "[Hello|Hi|Good day]! [How can I help you?|What can I do for you?]"),
    ("How are you[ today|]?", "[I am fine, thank you|Very well, thank you]. [How can I help you?|And you?]"),
    ("Thank you[ very much|]!", "[You are welcome|It was a pleasure]."),
    ("Who are you?", "I am a small program that answers questions."),
    ("[Goodbye|See you later|Good night][!|.]", "[Goodbye|Take care|Have a good day]!"),
    ("Can you help me?", "[Yes, of course|Sure]. [What do you need?|Tell me what you need.]"),
]


def cooking(draws, is_held_out):
    dish = draws.pick(DISHES.part(is_held_out))
    prompt = say("[How do I make {dish}?|How do you cook {dish}?|Tell me how to make {dish}."
                 "|Give me a recipe for {dish}.]", draws, dish=dish)
    answer = say("To make {dish}, first [wash your hands|get everything ready|heat some water in a pot]. "
                 "Then [mix|stir|heat] everything for {minutes} minutes. Add [a little|some] [salt|butter"
                 "|milk|pepper|sugar] and [serve it warm|let it rest|taste it].", draws, dish=dish,
                 minutes=draws.between(3, 40))
    return prompt, answer


def chore(draws, is_held_out):
    task = draws.pick(CHORES.part(is_held_out))
    prompt = say("[How do I {task}?|Explain how to {task}.|What is the best way to {task}?"
                 "|Teach me to {task}.]", draws, task=task)
    answer = say("To {task}, [take your time|get what you need first|find a quiet place]. [Begin|Start] "
                 "[at one side|slowly|with the easy part] and [go on step by step|do not hurry]. "
                 "[It takes about {minutes} minutes.|In the end, look at your work.]", draws, task=task,
                 minutes=draws.between(2, 30))
    return prompt, answer


def learning(draws, is_held_out):
    subject = draws.pick(SUBJECTS.part(is_held_out))
    prompt = say("[How can I learn {subject}?|How do I get better at {subject}?|I want to learn {subject}."
                 "]", draws, subject=subject)
    answer = say("[Practice {subject} for {minutes} minutes every day|Find a teacher of {subject}|Start with "
                 "easy {subject}]. [Do not give up|Be patient], and [ask when you are stuck|have fun"
                 "|try again when it fails].", draws, subject=subject, minutes=draws.between(10, 60))
    return prompt, answer


def worry(draws, is_held_out):
    trouble = draws.pick(list(WORRIES))
    tips = draws.sample(WORRIES[trouble], 2)
    prompt = say("{trouble} [What can I do?|What should I do?|Do you have a tip?|Can you help?]", draws,
                 trouble=trouble)
    return prompt, say("{first}. {second}, [too|if you can|and it will get better].", draws,
                       first=tips[0], second=tips[1])


def letter(draws, is_held_out):
    relation, thing = draws.pick(RELATIONS.part(is_held_out)), draws.pick(OBJECTS.part(is_held_out))
    name = draws.pick(FIRST_NAMES.part(is_held_out))
    prompt = say("[Write|Help me write] a [short|little] [note|letter] to my {relation} {name} to say thanks "
                 "for the {thing}.", draws, relation=relation, name=name, thing=thing)
    answer = say("Dear {name}, thank you [so much|very much] for the {thing}. [It is beautiful|I like it a "
                 "lot|I use it every day]. [I hope to see you soon|Come and visit me|All the best].", draws,
                 name=name, thing=thing)
    return prompt, answer


def greeting(draws, is_held_out):
    prompt, answer = draws.pick(GREETINGS)
    return say(prompt, draws), say(answer, draws)


MAKERS = [cooking, cooking, chore, chore, learning, worry, letter, greeting]
