# SPDX-License-Identifier: Apache-2.0
"""Write CategoryData.swift, LetterData.swift and ScriptData.swift of Sources/Tokenization/Patterns.

The properties that a pattern can name, and the letters that it takes for equal where case is ignored, are
measured on the regular expression engine of the `tokenizers` package (Oniguruma), scalar by scalar. They are
those of Unicode 16.0: the engine knows 10,301 scalars that Unicode 14.0, which Python 3.11 has, does not, and
4,489 + 627 + 5,185 were assigned in 15.0, 15.1 and 16.0. The comparison is printed to stderr.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3
    for table in category letter script; do
      venv/bin/python Tools/tokenizers/pattern_tables.py $table > $table.swift
    done
"""

import sys
import unicodedata

import tokenizers
from tokenizers import Regex, pre_tokenizers
from unicode_tables import EVERYTHING, SCALARS, matched, ranges, show

CATEGORIES = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi",
              "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co"]
SCRIPTS = ["Arabic", "Armenian", "Bengali", "Bopomofo", "Common", "Cyrillic", "Devanagari", "Ethiopic",
           "Georgian", "Greek", "Gujarati", "Gurmukhi", "Han", "Hangul", "Hebrew", "Hiragana", "Inherited",
           "Kannada", "Katakana", "Khmer", "Lao", "Latin", "Malayalam", "Mongolian", "Myanmar", "Oriya",
           "Sinhala", "Tamil", "Telugu", "Thai", "Tibetan"]


def matches(pattern, text):
    """Whether the pattern matches the whole text."""
    return not pre_tokenizers.Split(Regex(f"\\A(?:{pattern})\\z"), "removed").pre_tokenize_str(text)


def folds():
    """(scalar, the least scalar that it equals where case is ignored), and sequences that equal one scalar.

    Which scalars may have a case the engine's own categories say: Python's Unicode is older.
    """
    cased = {c for c in SCALARS if {chr(c).casefold(), chr(c).lower(), chr(c).upper()} != {chr(c)}}
    for name in ("Lu", "Ll", "Lt"):
        cased |= matched(f"\\p{{{name}}}+")
    cased = sorted(cased | matched("(?i:[" + "".join(f"\\x{{{c:x}}}" for c in sorted(cased)) + "]+)"))
    # Apart, so that no two are taken for the sequence that a ligature equals.
    text = "\n".join(map(chr, cased))
    parent = {}
    for c in cased:
        pieces = pre_tokenizers.Split(Regex(f"(?i:\\x{{{c:x}}})"), "removed").pre_tokenize_str(text)
        unequal = {place for _, (start, end) in pieces for place in range(start, end)}
        least = min((other for place, other in enumerate(cased) if 2 * place not in unequal), default=c)
        if least < c:
            parent[c] = least
    sequences = []
    for c in SCALARS:
        fold = chr(c).casefold()
        if len(fold) > 1 and matches(f"(?i:\\x{{{c:x}}})", fold):
            sequences.append([c] + [ord(s) for s in fold])
    return sorted(parent.items()), sequences


def header(name, comment):
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// swift-format-ignore-file: written by Tools/tokenizers/pattern_tables.py")
    print(f"\n/// {comment} as Oniguruma in the `tokenizers` package {tokenizers.__version__} has")
    print("/// them, measured on it: those of Unicode 16.0.")
    print("///\n/// Sets are flat pairs: the gap since the last range, and the length of the range.")
    print(f"enum {name} {{")


def table(name, comment, sets):
    print(f"  /// {comment}\n  static let {name}: [String: [UInt32]] = [")
    for name in sets:
        print(f'    "{name.lower()}": {name.lower()},')
    print("  ]")


def write_scripts():
    header("ScriptData", "Scripts")
    table("scripts", "The sets by name.", SCRIPTS)
    for name in SCRIPTS:
        show(name.lower(), f"`\\p{{{name}}}`.", ranges(matched(f"\\p{{{name}}}+")))
    print("}")


def write_categories():
    sets = {name: matched(f"\\p{{{name}}}+") for name in CATEGORIES}
    assigned = set().union(*sets.values())
    missing = [c for c in SCALARS if unicodedata.category(chr(c)) not in ("Cn", "Co") and c not in assigned]
    surplus = [c for c in assigned if unicodedata.category(chr(c)) == "Cn"]
    print(f"Python has Unicode {unicodedata.unidata_version}: {len(missing)} scalars assigned there and not in "
          f"the engine, {len(surplus)} the other way round", file=sys.stderr)
    header("CategoryData", "General categories")
    table("categories", "The sets by general category; what is in none is unassigned.", CATEGORIES)
    for name in CATEGORIES:
        show(name.lower(), f"`\\p{{{name}}}`.", ranges(sets[name]))
    print("}")


def write_letters():
    header("LetterData", "Letters, their case and punctuation")
    for name in ("Alphabetic", "Uppercase", "Lowercase"):
        show(name.lower(), f"`\\p{{{name}}}`.", ranges(matched(f"\\p{{{name}}}+")))
    pieces = pre_tokenizers.Punctuation("removed").pre_tokenize_str(EVERYTHING)
    kept = set()
    for _, (start, end) in pieces:
        kept.update(SCALARS[start:end])
    show("punctuation", "What the pre-tokenizer Punctuation cuts at.", ranges(set(SCALARS) - kept))
    pairs, sequences = folds()
    flat, last = [], 0
    for c, least in pairs:
        flat += [c - last, least]
        last = c
    show("folds", "Scalar as its distance from the one before, the least scalar equal to it without case.", flat)
    show("sequenceFolds", "Length, scalar, the scalars of the sequence equal to it without case.",
         [number for sequence in sequences for number in [len(sequence), *sequence]])
    print("}")


if __name__ == "__main__":
    {"category": write_categories, "letter": write_letters, "script": write_scripts}[sys.argv[1]]()
