# SPDX-License-Identifier: Apache-2.0
"""Write Sources/Tokenization/UnicodeData.swift from what the `tokenizers` package does.

The package mixes libraries that follow different Unicode versions: Oniguruma decides what is a
letter, a number or a space in a pattern, Rust's regex crate what is a word, Rust's standard library
what is a digit, and an old crate composes (NFC). The ids depend on each, so the tables are measured
on the package itself, scalar by scalar, instead of being taken from one version of Unicode.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3
    venv/bin/python Tools/tokenizers/unicode_tables.py > Sources/Tokenization/UnicodeData.swift
"""

import sys
import unicodedata

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
EVERYTHING = "".join(map(chr, SCALARS))


def matched(pattern):
    """The scalars that Oniguruma counts as matching a class."""
    pieces = pre_tokenizers.Split(Regex(pattern), "removed").pre_tokenize_str(EVERYTHING)
    kept = bytearray(len(EVERYTHING))
    for _, (start, end) in pieces:
        kept[start:end] = b"\1" * (end - start)
    return {c for c, keep in zip(SCALARS, kept) if not keep}


def words():
    """The scalars beside which an added token with `single_word` is not recognized."""
    tokenizer = Tokenizer(models.BPE(vocab={"[u]": 0}, merges=[], unk_token="[u]"))
    tokenizer.add_tokens([AddedToken("Q", single_word=True, normalized=False)])
    token = tokenizer.token_to_id("Q")
    encoded = tokenizer.encode_batch(["Q" + chr(c) for c in SCALARS], add_special_tokens=False)
    return {c for c, encoding in zip(SCALARS, encoded) if encoding.ids[0] != token}


def digits():
    """The scalars that the pre-tokenizer Digits isolates."""
    split = pre_tokenizers.Digits(individual_digits=True)
    return {c for c in SCALARS if len(split.pre_tokenize_str("a" + chr(c))) == 2}


def canonical():
    """Decompositions as (scalar, first, second or 0, composes back) and combining classes."""
    nfd, nfc = normalizers.NFD().normalize_str, normalizers.NFC().normalize_str
    decompositions, classes = [], {}
    for c in SCALARS:
        text = chr(c)
        hangul = 0xAC00 <= c < 0xD7A4
        if not hangul and nfd(text) != text:
            parts = [int(p, 16) for p in unicodedata.decomposition(text).split()]
            assert 1 <= len(parts) <= 2, hex(c)
            whole = "".join(map(chr, parts))
            assert nfd(whole) == nfd(text), hex(c)
            composes = len(parts) == 2 and nfc(whole) == text
            decompositions.append((c, parts[0], parts[1] if len(parts) == 2 else 0, composes))
        # A class counts where the package moves the scalar past one of a lower class, or moves
        # one of a higher class past it.
        combining = unicodedata.combining(text)
        if combining and nfd(text) == text:
            after_overlay = nfd("a" + text + "\u0334") != "a" + text + "\u0334"
            before_above = nfd("a\u0345" + text) != "a\u0345" + text
            if after_overlay or before_above:
                classes[c] = combining
    return decompositions, classes


def ranges(scalars):
    """Flat (gap since the last range, length) pairs."""
    flat, end = [], 0
    for c in sorted(scalars):
        if flat and c == end:
            flat[-1] += 1
        else:
            flat += [c - end, 1]
        end = c + 1
    return flat


def chained(rows):
    """Rows flat, the first column as the difference from the row before."""
    flat, last = [], 0
    for row in rows:
        flat += [row[0] - last, *row[1:]]
        last = row[0]
    return flat


def show(name, comment, numbers):
    print(f"\n  /// {comment}")
    print(f"  static let {name}: [UInt32] = [")
    line = "   "
    for number in numbers:
        item = f" {number},"
        if len(line) + len(item) > 100:
            print(line)
            line = "   "
        line += item
    print(line)
    print("  ]")


def main():
    letters, numbers, spaces = matched(r"\p{L}+"), matched(r"\p{N}+"), matched(r"\s+")
    decompositions, classes = canonical()
    by_class = []
    for combining in sorted(set(classes.values())):
        flat = ranges(c for c, k in classes.items() if k == combining)
        by_class += [combining, len(flat) // 2] + flat
    version = tokenizers.__version__
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// swift-format-ignore-file: written by Tools/tokenizers/unicode_tables.py")
    print(f"\n/// What the `tokenizers` package {version} takes each scalar to be, as measured with that package.")
    print("///\n/// Sets are flat pairs: the gap since the last range, and the length of the range.")
    print("enum UnicodeData {")
    show("letters", r"Oniguruma's `\p{L}`.", ranges(letters))
    show("numbers", r"Oniguruma's `\p{N}`.", ranges(numbers))
    show("spaces", r"Oniguruma's `\s`, and Rust's.", ranges(spaces))
    show("words", r"`\w` of Rust's regex crate.", ranges(words()))
    show("furtherDigits", "`char::is_numeric` of Rust without `numbers`.", ranges(digits() - numbers))
    show("combiningClasses", "Class, number of ranges, ranges; for each class but 0.", by_class)
    print("\n  // Canonical decompositions; the scalar as its distance from the one before.")
    pairs = [d[:3] for d in decompositions if d[3]]
    exclusions = [d[:3] for d in decompositions if d[2] and not d[3]]
    singletons = [d[:2] for d in decompositions if not d[2]]
    show("compositions", "Scalar, first, second: each decomposes, and composes again.", chained(pairs))
    show("exclusions", "Scalar, first, second: each decomposes only.", chained(exclusions))
    show("singletons", "Scalar, the one that it stands for.", chained(singletons))
    print("}")
    print(len(letters), len(numbers), len(decompositions), len(classes), file=sys.stderr)


if __name__ == "__main__":
    main()
