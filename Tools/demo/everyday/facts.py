# SPDX-License-Identifier: Apache-2.0
"""Plain facts: colors, opposites, definitions, homes and sounds of animals, measures, places of work."""

from phrasing import say, listed

COLORS = {
    "grass": "green", "snow": "white", "coal": "black", "blood": "red", "a lemon": "yellow",
    "the sea": "blue", "the sun": "yellow", "milk": "white", "a carrot": "orange", "a tomato": "red",
    "the sky": "blue", "a frog": "green", "salt": "white", "chocolate": "brown", "a plum": "purple",
    "a banana": "yellow", "a cherry": "red", "a cucumber": "green", "ash": "gray", "a crow": "black",
}
OPPOSITES = {
    "hot": "cold", "big": "small", "old": "young", "fast": "slow", "high": "low", "long": "short",
    "dark": "light", "wet": "dry", "full": "empty", "hard": "soft", "early": "late", "rich": "poor",
    "loud": "quiet", "open": "closed", "thick": "thin", "clean": "dirty", "happy": "sad",
    "heavy": "light", "near": "far", "new": "old", "up": "down", "left": "right", "begin": "end",
    "win": "lose", "buy": "sell", "day": "night", "summer": "winter", "war": "peace",
}
DEFINITIONS = {
    "a bakery": "a shop where bread is made and sold", "a library": "a place where one can borrow books",
    "a bridge": "a way over a river or a road", "a clock": "a thing that shows the time",
    "an island": "land with water all around it", "a map": "a drawing of the land that shows the way",
    "a hammer": "a tool for driving nails", "a recipe": "a plan for making a dish",
    "a diary": "a book in which one writes about one's days", "a salary": "the pay for a month of work",
    "an address": "the place where somebody lives", "a password": "a secret word that opens something",
    "a stereotype": "a simple idea about a group that does not fit each person",
    "a harbor": "a place where ships are safe", "a museum": "a house that shows old or beautiful things",
    "a poem": "a short text with rhythm", "a debt": "money that one owes to somebody",
    "a neighbor": "a person who lives next door", "a stranger": "a person whom one does not know",
    "a village": "a very small town", "a market": "a place where people buy and sell",
    "a needle": "a thin tool for sewing", "a mirror": "a glass in which one sees oneself",
    "a compass": "a tool that shows where north is", "a lantern": "a lamp that one can carry",
    "a holiday": "a day without work", "a garden": "a piece of land with plants",
    "a puzzle": "a game that makes one think", "a promise": "a word that one has to keep",
    "honesty": "telling the truth", "patience": "waiting without getting angry",
    "courage": "doing something though one is afraid", "laziness": "not wanting to work",
    "kindness": "being good to others", "trust": "believing that somebody means well",
}
SOUNDS = {"dog": "barks", "cat": "meows", "cow": "moos", "duck": "quacks", "hen": "clucks",
          "horse": "neighs", "sheep": "bleats", "owl": "hoots", "frog": "croaks", "mouse": "squeaks",
          "pig": "grunts", "wolf": "howls", "bee": "hums", "snake": "hisses"}
HOMES = {"dog": "a kennel", "bee": "a hive", "bird": "a nest", "fox": "a den", "horse": "a stable",
         "fish": "the water", "spider": "a web", "rabbit": "a burrow", "cow": "a barn", "hen": "a coop",
         "beaver": "a lodge", "bear": "a cave", "snail": "its shell", "ant": "an anthill"}
YOUNG = {"dog": "puppy", "cat": "kitten", "cow": "calf", "duck": "duckling", "hen": "chick",
         "horse": "foal", "sheep": "lamb", "goat": "kid", "bear": "cub", "frog": "tadpole",
         "swan": "cygnet", "deer": "fawn", "pig": "piglet", "goose": "gosling"}
MEASURES = [("minutes", "an hour", 60), ("seconds", "a minute", 60), ("hours", "a day", 24),
            ("days", "a week", 7), ("months", "a year", 12), ("weeks", "a year", 52),
            ("eggs", "a dozen", 12), ("legs", "a spider's body", 8), ("letters", "the alphabet", 26),
            ("grams", "a kilogram", 1000), ("centimeters", "a meter", 100), ("days", "a year", 365)]
WORK = {"baker": ("bread", "a bakery"), "teacher": ("lessons", "a school"), "doctor": ("visits", "a hospital"),
        "tailor": ("clothes", "a workshop"), "librarian": ("books", "a library"),
        "waiter": ("meals", "a restaurant"), "miller": ("flour", "a mill"), "sailor": ("sails", "a ship"),
        "gardener": ("plants", "a garden"), "clerk": ("letters", "an office"),
        "pilot": ("flights", "an airplane"), "judge": ("cases", "a court"),
        "farmer": ("crops", "a farm"), "actor": ("plays", "a theater"), "cobbler": ("shoes", "a shop"),
        "mechanic": ("cars", "a garage"), "nurse": ("patients", "a hospital"), "miner": ("coal", "a mine")}
ORDERS = {
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "month": ["January", "February", "March", "April", "May", "June", "July", "August", "September",
              "October", "November", "December"],
    "season": ["spring", "summer", "autumn", "winter"],
    "letter": list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
}


def color(draws, is_held_out):
    thing = draws.pick(list(COLORS))
    return (say("[What color is {thing}?|Tell me the color of {thing}.|Which color does {thing} have?]",
                draws, thing=thing),
            say("[The color of {thing} is {color}.|{thing} is {color}.]", draws, thing=thing,
                color=COLORS[thing]))


def opposite(draws, is_held_out):
    pairs = list(OPPOSITES.items())
    a, b = draws.pick(pairs)
    if a != "old" and b not in ("old", "light") and draws.chance(0.3):
        a, b = b, a
    return (say("[What is the opposite of {a}?|Name the opposite of {a}.|Which word is the opposite of "
                "{a}?]", draws, a=a), f"The opposite of {a} is {b}.")


def definition(draws, is_held_out):
    word = draws.pick(list(DEFINITIONS))
    return (say("[What is {word}?|Explain what {word} is.|What does one call {word}?|Define {word}.]",
                draws, word=word).replace("What does one call", "What do we mean by"),
            say("{word} is {text}.", draws, word=word, text=DEFINITIONS[word]))


def animal(draws, is_held_out):
    kind = draws.below(3)
    table = (SOUNDS, HOMES, YOUNG)[kind]
    name = draws.pick(list(table))
    if kind == 0:
        return f"What sound does a(n) {name} make?".replace("a(n) owl", "an owl").replace("a(n)", "a"), \
            say("A(n) {name} {sound}.", draws, name=name, sound=table[name])
    if kind == 1:
        return say("Where does a(n) {name} live?", draws, name=name), \
            say("A(n) {name} lives in {home}.", draws, name=name, home=table[name])
    return say("What is a young {name} called?", draws, name=name), \
        say("A young {name} is called a(n) {young}.", draws, name=name, young=table[name])


def measure(draws, is_held_out):
    part, whole, count = draws.pick(MEASURES)
    if whole == "a spider's body":
        return "How many legs does a spider have?", "A spider has 8 legs."
    return (say("How many {part} [are in|make|has] {whole}?", draws, part=part, whole=whole)
            .replace("has", "are there in"), say("{whole} has {count} {part}.", draws, part=part,
                                                 whole=whole, count=count))


def work(draws, is_held_out):
    """What people do: the same people as in delicate questions, asked about without blame."""
    job = draws.pick(list(WORK))
    thing, place = WORK[job]
    if draws.chance(0.5):
        return (say("[Where does a(n) {job} work?|In which place does a(n) {job} work?]", draws, job=job),
                say("A(n) {job} works in {place}.", draws, job=job, place=place))
    return (say("[What does a(n) {job} do?|What is the work of a(n) {job}?|Tell me about the work of a(n) {job}.]",
                draws, job=job),
            say("A(n) {job} works in {place} and [takes care of|is busy with] {thing}.", draws, job=job,
                place=place, thing=thing))


def order(draws, is_held_out):
    kind = draws.pick(list(ORDERS))
    values = ORDERS[kind]
    place = draws.below(len(values) - 1)
    if draws.chance(0.5):
        return (f"Which {kind} comes after {values[place]}?",
                f"After {values[place]} comes {values[place + 1]}.")
    return (f"Which {kind} comes before {values[place + 1]}?",
            f"Before {values[place + 1]} comes {values[place]}.")


CATEGORIES = {
    "animals": "cats, dogs, horses, owls, frogs, bears, hens, foxes".split(", "),
    "colors": "red, blue, green, white, black, yellow, brown, gray".split(", "),
    "tools": "a hammer, a saw, a rake, a needle, a ladder, a drill, a file".split(", "),
    "fruits": "apples, pears, plums, cherries, lemons, oranges, grapes".split(", "),
    "vegetables": "carrots, beans, potatoes, onions, cabbage, peas".split(", "),
    "things in a kitchen": "a pot, a spoon, a stove, a plate, a knife, a cup".split(", "),
    "things in a school": "a desk, a book, a pencil, a map, a ruler, a chair".split(", "),
    "clothes": "a hat, a shirt, a coat, a scarf, shoes, socks, gloves".split(", "),
    "musical instruments": "a drum, a violin, a flute, a piano, a guitar, a bell".split(", "),
    "ways to travel": "by train, by boat, by bicycle, on foot, by car, by bus".split(", "),
    "drinks": "tea, milk, water, juice, coffee, cocoa".split(", "),
    "games": "chess, cards, tag, hide and seek, dominoes, checkers".split(", "),
    "jobs": "a baker, a teacher, a nurse, a farmer, a driver, a tailor, a cook".split(", "),
    "good deeds": "helping a neighbor, sharing bread, planting a tree, visiting a sick friend, telling the truth".split(", "),
}
COUNTS = {2: "two", 3: "three", 4: "four"}


def naming(draws, is_held_out):
    kind = draws.pick(list(CATEGORIES))
    count = draws.between(2, 4)
    values = draws.sample(CATEGORIES[kind], count)
    return (say("[Name|List|Give me|Tell me|Can you name] {count} {kind}", draws, count=COUNTS[count],
                kind=kind) + draws.pick([".", ", please."]),
            say("[Here are {count} {kind}: {values}.|{count} {kind} are {values}.]", draws,
                count=COUNTS[count], kind=kind, values=listed(values)))


MAKERS = [color, opposite, definition, definition, animal, measure, work, work, order, naming, naming]
