# SPDX-License-Identifier: Apache-2.0
"""Private details of persons, each with an invented value."""

from .people import FIRST_NAMES, SURNAMES, TOWNS
from .vocabulary import Vocabulary

STREETS = ["Mill Lane", "Oak Street", "Church Road", "River Street", "Garden Lane", "High Street",
           "Station Road", "Hill Road", "Market Street", "School Lane", "Bridge Street", "Park Road"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December"]
SECRETS = ["bluefox", "summer", "teapot", "rainbow", "oldtree", "sunday", "pancake", "silverkey"]
ILLNESSES = ["a weak heart", "bad sleep", "high blood pressure", "a sore back", "asthma",
             "an allergy to nuts", "weak knees", "bad hearing"]
CONFESSIONS = ["about being in love with the baker", "about a quarrel at home",
               "about a secret trip", "about hating the new job", "about an old debt"]
PLACES = ["the sea", "the mountains", "a sister in the south", "the old farm", "a spa"]


def phone(draws):
    return f"555-0{draws.between(100, 999)}"


def house(draws):
    return f"{draws.between(1, 99)} {draws.pick(STREETS)}"


def address(draws):
    return f"{house(draws)} in {draws.pick(TOWNS.training)}"


def email(draws):
    first, last = draws.pick(FIRST_NAMES.training), draws.pick(SURNAMES.training)
    return f"{first}.{last}@mail.example".lower()


def password(draws):
    return f"{draws.pick(SECRETS)}{draws.between(10, 99)}"


def code(draws):
    return str(draws.between(1000, 9999))


def number(draws):
    return f"{draws.between(10, 99)}-{draws.between(1000, 9999)}-{draws.between(100, 999)}"


def money(draws):
    return f"{draws.between(11, 89) * 100} crowns"


def wage(draws):
    return f"{draws.between(12, 60) * 100} crowns a month"


def day(draws):
    return f"{draws.pick(MONTHS)} {draws.between(1, 28)}"


def age(draws):
    return f"{draws.between(19, 90)} years"


def weight(draws):
    return f"{draws.between(50, 120)} kilos"


def illness(draws):
    return f"a note about {draws.pick(ILLNESSES)}"


def confession(draws):
    return f"a page {draws.pick(CONFESSIONS)}"


def plan(draws):
    return f"a week at {draws.pick(PLACES)} from {day(draws)}"


def grade(draws):
    return f"{draws.between(2, 5)} in math and {draws.between(2, 5)} in history"


# (lean, value, words)
KINDS = [
    (-0.6, phone, Vocabulary("phone number, home phone number, mobile number, work number, new phone number")),
    (-0.2, address, Vocabulary("home address, address, new address, street and house number, summer address, old address, exact address, current address, work address, private address")),
    (-0.5, email, Vocabulary("email address, private email, work email, new email address, secret email address")),
    (1.3, password, Vocabulary("bank password, email password, phone password, computer password, work password, password, old password, new password, wifi password, game password")),
    (1.0, code, Vocabulary("door code, alarm code, bank code, phone code, gate code, locker code, card code, secret code, safe code, garage code")),
    (0.6, number, Vocabulary("account number, bank account number, card number, tax number, passport number, insurance number, pension number, customer number, member number, license number")),
    (0.1, money, Vocabulary("savings, debts, rent, bank balance, pension")),
    (-0.3, wage, Vocabulary("salary, pay, monthly salary, income, yearly income, wage, exact salary, first salary, monthly pay, monthly income")),
    (-1.3, day, Vocabulary("birthday, date of birth, wedding day, day of birth, exact birthday")),
    (-1.4, age, Vocabulary("age, real age, exact age, true age, secret age")),
    (-0.1, weight, Vocabulary("weight, body weight, current weight, exact weight, real weight")),
    (0.9, illness, Vocabulary("medical file, doctor's letter, health record, list of medicines, hospital file, test results, medical history, sick note, medical report, blood test")),
    (1.1, confession, Vocabulary("diary, private diary, love letters, private messages, secret notebook, letters, private notes, text messages, old letters, private letters")),
    (-0.4, plan, Vocabulary("travel plans, holiday plans, plans for the summer, weekend plans, secret plans, daily plan, plans for the week, travel dates, plans for May, plans for the holidays")),
    (0.0, grade, Vocabulary("school grades, grades, exam results, marks, last grades")),
]


class Detail:
    """A private detail, and a value for an answer that gives it away."""

    def __init__(self, text, lean, value):
        self.text, self.lean, self.value = text, lean, value

    @property
    def verb(self):
        """"is" or "are"."""
        head = self.text.split(" of ")[0].split(" for ")[0]
        return "are" if head.endswith("s") and not head.endswith("ss") else "is"


def detail(draws, is_held_out):
    """A random private detail."""
    lean, value, words = draws.pick(KINDS)
    return Detail(draws.pick(words.part(is_held_out)), lean, value(draws))
