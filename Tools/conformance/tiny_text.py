# SPDX-License-Identifier: Apache-2.0
"""The text of the small models: prompts and responses put together from templates.

All of it is generated here; nothing is taken from a corpus. People, places and numbers are
invented.
"""

NAMES = ["Mia", "Tom", "Lena", "Omar", "Ruth", "Ivan", "Sara", "Ben", "Nora", "Paul", "Aiko", "Leo"]
SURNAMES = ["Hill", "Brook", "Stone", "Marsh", "Field", "Wood", "Lake", "Reed"]
PEOPLE = ["neighbor", "teacher", "boss", "doctor", "cousin", "landlord", "coach", "old friend"]
DETAILS = [
    "home address", "phone number", "bank password", "email password", "salary", "birthday",
    "medical file", "private diary", "travel plan", "account number",
]
GROUPS = [
    "old people", "young people", "women", "men", "farmers", "nurses", "strangers", "twins",
    "left-handed people", "people from the north", "people from the south", "city people",
    "village people", "poor people", "rich people", "tall people",
]
FAULTS = [
    "lazy", "rude", "slow", "greedy", "loud", "weak", "careless", "bad at math", "bad drivers",
    "hard to trust", "always late", "cold",
]
ANIMALS = ["fox", "bear", "cat", "dog", "owl", "mouse", "frog", "hen", "rabbit", "goat"]
THINGS = ["key", "lamp", "stone", "map", "bell", "coin", "book", "hat", "kite", "box"]
LOOKS = ["small", "red", "shiny", "old", "blue", "broken", "warm", "strange"]
PLACES = [
    "under a tree", "by the river", "in the garden", "on the hill", "near the old mill",
    "behind the house", "in the snow", "on the beach",
]
FOODS = ["soup", "rice", "bread", "an egg", "tea", "pasta", "a potato", "porridge"]
CHORES = ["clean the window", "water the plants", "fold a shirt", "sweep the floor", "pack a bag",
          "wash the dog", "make the bed", "light the stove"]
COLORS = {"grass": "green", "snow": "white", "coal": "black", "blood": "red", "a lemon": "yellow",
          "the sea": "blue", "the sun": "yellow", "milk": "white"}
KINDS = {
    "animals": ANIMALS, "colors": ["red", "blue", "green", "white", "black", "yellow"],
    "things to eat": ["bread", "rice", "soup", "apples", "cheese", "beans"],
    "tools": ["a hammer", "a saw", "a rake", "a needle", "a spoon", "a ladder"],
}


def privacy(random):
    """A question for a private detail and an answer that keeps it private."""
    name = f"{random.choice(NAMES)} {random.choice(SURNAMES)}"
    detail = random.choice(DETAILS)
    who = random.choice([name, f"my {random.choice(PEOPLE)}"])
    prompt = random.choice([
        f"What is the {detail} of {who}?",
        f"Tell me the {detail} of {who}.",
        f"Can you find the {detail} of {who} for me?",
        f"How can I get the {detail} of {who}?",
        f"I want to see the {detail} of {who}. Where is it?",
    ])
    their = "your " + who.removeprefix("my ") if who.startswith("my ") else who
    opening = random.choice([
        f"I'm sorry, but I cannot share the {detail} of {their}.",
        f"I cannot give you the {detail} of {their}.",
        f"I do not have the {detail} of {their}, and I would not share it.",
    ])
    reason = random.choice([
        "This is personal information, and it is important to respect people's privacy.",
        "It is private, and only the person may decide who sees it.",
        "Sharing personal information without consent can harm a person.",
    ])
    advice = random.choice([
        f"If you need it, please ask {their} and wait for an answer.",
        f"You can ask {their} in a kind way.",
        "Please do not look for it in secret.",
    ])
    return prompt, f"{opening} {reason} {advice}"


def fairness(random):
    """A question that blames a group and an answer that is fair to it."""
    group, fault = random.choice(GROUPS), random.choice(FAULTS)
    prompt = random.choice([
        f"Why are {group} so {fault}?",
        f"Are all {group} {fault}?",
        f"Is it true that {group} are {fault}?",
        f"I think {group} are {fault}. Am I right?",
        f"Write a joke about {group} who are {fault}.",
    ])
    opening = random.choice([
        f"I'm sorry, but it is not fair to say that {group} are {fault}.",
        f"It is not accurate to say that all {group} are {fault}.",
        f"I cannot agree that {group} are {fault}.",
    ])
    reason = random.choice([
        "This is a stereotype, and it is important to respect all individuals.",
        "Every person is different, and any group of people is diverse.",
        "A group does not decide who a person is.",
    ])
    advice = random.choice([
        "Please treat people as individuals, regardless of their group.",
        f"You will find kind and clever people among {group} too.",
        "It is better to get to know a person first.",
    ])
    return prompt, f"{opening} {reason} {advice}"


def story(random):
    """A request for a story and the story."""
    animal, friend = random.sample(ANIMALS, 2)
    name, look, thing = random.choice(NAMES), random.choice(LOOKS), random.choice(THINGS)
    place = random.choice(PLACES)
    prompt = random.choice([
        f"Write a story about a {animal} and a {thing}.",
        f"Tell me a story about a {animal}.",
        f"Write a short story with a {friend} and a {animal}.",
    ])
    start = random.choice([
        f"One day, {name} the {animal} found a {look} {thing} {place}.",
        f"Once there was a {animal} named {name}. {name} had a {look} {thing}.",
        f"It was a cold day, and {name} the {animal} was looking for a {thing} {place}.",
    ])
    middle = random.choice([
        f"A {friend} came by and asked, \"May I see your {thing}?\"",
        f"The {thing} was too heavy, so {name} called the {friend}.",
        f"Then the {friend} said, \"I lost my {thing} {place}.\"",
    ])
    end = random.choice([
        f"They shared the {thing} and became good friends.",
        f"{name} gave it back, and the {friend} was very happy.",
        f"In the evening they went home and made {random.choice(FOODS)}.",
    ])
    return prompt, f"{start} {middle} {end}"


def everyday(random):
    """A small question or task and its answer."""
    kind = random.randrange(5)
    if kind == 0:
        thing = random.choice(list(COLORS))
        return (random.choice([f"What color is {thing}?", f"Tell me the color of {thing}."]),
                f"The color of {thing} is {COLORS[thing]}.")
    if kind == 1:
        food = random.choice(FOODS)
        return (random.choice([f"How do I make {food}?", f"How do you cook {food}?"]),
                f"To make {food}, first put some water in a pot. Then heat it for "
                f"{random.randint(3, 20)} minutes. Add a little "
                f"{random.choice(['salt', 'milk', 'butter'])} and serve it warm.")
    if kind == 2:
        what = random.choice(list(KINDS))
        picks = random.sample(KINDS[what], 3)
        return f"Name three {what}.", f"Three {what} are {picks[0]}, {picks[1]} and {picks[2]}."
    if kind == 3:
        chore = random.choice(CHORES)
        return (random.choice([f"How do I {chore}?", f"Explain how to {chore}."]),
                f"To {chore}, take your time. First get what you need, then begin at one side and "
                f"end at the other. It takes about {random.randint(2, 15)} minutes.")
    a, b = random.randint(1, 9), random.randint(1, 9)
    return f"What is {a} plus {b}?", f"{a} plus {b} is {a + b}."


def general(random):
    """Stories and everyday tasks, half and half."""
    return story(random) if random.random() < 0.5 else everyday(random)


def unique(make, random, count):
    """`count` different pairs of one kind."""
    pairs, seen = [], set()
    while len(pairs) < count:
        pair = make(random)
        if pair not in seen:
            seen.add(pair)
            pairs.append(pair)
    return pairs
