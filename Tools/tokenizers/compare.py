# SPDX-License-Identifier: Apache-2.0
"""Compare our tokenizer with the `tokenizers` package, id by id, on generated strings.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3
    swift build -c release --product tokenizer-probe
    venv/bin/python Tools/tokenizers/compare.py DIRECTORY...

Each directory holds a `tokenizer.json`; beside it, a `tokenizer.model` is compared too, against the
same package. Without directories, small tokenizers are trained instead, one for each step that we
support and the real ones do not use. Compared are the ids without and with special tokens, the
decoded text with and without them, and the offsets. Installs nothing; ends with status 1 where anything differs.
`--count` strings (20,000 by default) are drawn for each tokenizer from `--seed`.

With `--classes` every class that a pattern can name is compared on all scalars instead.

With `--published` each directory's vocabulary and merges are put behind every published pre-tokenizer of
`published.py` in turn, the merges of every second as text ("a b") and of the others as pairs.

Each directory's tokenizer is compared with its merges in both forms.
"""

import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

from tokenizers import (
    AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers)

from pattern_tables import CATEGORIES, SCRIPTS as UNICODE_SCRIPTS
from published import PRE_TOKENIZERS
from unicode_tables import EVERYTHING, matched

SCRIPTS = [
    (0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x400), (0x400, 0x530), (0x531, 0x590),
    (0x591, 0x600), (0x600, 0x700), (0x900, 0x980), (0x980, 0xA00), (0xB80, 0xC00), (0xE00, 0xE80),
    (0xF00, 0x1000), (0x10A0, 0x1100), (0x1100, 0x1200), (0x1200, 0x1380), (0x1780, 0x1800),
    (0x1E00, 0x1F00), (0x1F00, 0x2000), (0x2000, 0x2070), (0x2100, 0x2190), (0x2190, 0x2600),
    (0x2E80, 0x3000), (0x3000, 0x3100), (0x3130, 0x3190), (0x4E00, 0xA000), (0xA000, 0xA490),
    (0xAC00, 0xD7A4), (0xF900, 0xFB00), (0xFB00, 0xFE00), (0xFE00, 0xFF00), (0xFF00, 0xFFF0),
    (0x10000, 0x10100), (0x10330, 0x10350), (0x11000, 0x11080), (0x1D100, 0x1D800),
    (0x1F000, 0x1FB00), (0x20000, 0x2A6E0), (0x30000, 0x323B0), (0xE0100, 0xE01F0),
]
EMOJI = ["👩‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪🇫🇷", "1️⃣", "❤️‍🔥", "😶‍🌫️", "🦙", "☺️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\n\n", "\v", "\f", "\u0085", "\u00a0",
          "\u1680", "\u2003", "\u2028", "\u2029", "\u202f", "\u3000", "\u200b", "\ufeff", "\u2581"]
WORDS = ["[L]", "[R]", "[LR]", "[LR][N]", "[N] n", "[N]", "word", "words", "word.", "é̂", "the", "Hello", "world", "don't", "I'LL", "we've", "'s", "'S", "'ſ", "it's", "THEY'RE",
         "x'd", "can't", "3.14159", "1234567", "٣٤٥", "½", "Ⅷ", "²³", "naïve", "Straße", "ﬁ",
         "e\u0301", "A\u030a\u0323", "q\u0307\u0323", "각", "\u1112\u1161\u11ab", "\u212b", "Ω",
         "नमस्ते", "ภาษาไทย", "你好世界", "こんにちは", "한국어", "Привет", "שָׁלוֹם", "مرحبا",
         "for(int i=0;i<10;++i){", "===>", "...", "http://a.b/c?d=e&f", "a_b-c", "#!", "\\n",
         "<0x0A>", "<0x", "[INST]", "<<SYS>>", "</s", "<s", "<|", "|>", "▁", "▁▁x", "Ġ", "Ċ"]


def scalar(rng):
    while True:
        start, end = rng.choice(SCRIPTS) if rng.random() < 0.9 else (0, 0x110000)
        c = rng.randrange(start, end)
        if not 0xD800 <= c < 0xE000:
            return chr(c)


def fragment(rng, added):
    kind = rng.random()
    if kind < 0.30:
        return rng.choice(WORDS)
    if kind < 0.50:
        return rng.choice(SPACES) * (1 if rng.random() < 0.8 else rng.randrange(1, 40))
    if kind < 0.62:
        start, end = rng.choice(SCRIPTS)
        return "".join(chr(rng.randrange(start, end)) for _ in range(rng.randrange(1, 12)))
    if kind < 0.70:
        return "".join(scalar(rng) for _ in range(rng.randrange(1, 8)))
    if kind < 0.76:
        return rng.choice(EMOJI)
    if kind < 0.82:
        return "".join(chr(rng.randrange(0x20)) for _ in range(rng.randrange(1, 4)))
    if kind < 0.90 and added:
        token = rng.choice(added)
        return token if rng.random() < 0.7 else token[: rng.randrange(len(token) + 1)]
    if kind < 0.95:
        return str(rng.randrange(10 ** rng.randrange(1, 12)))
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz'ETAOIN") for _ in range(rng.randrange(1, 15)))


def strings(count, seed, added):
    rng = random.Random(seed)
    result = ["", " ", "  ", "\n", "\r\n", "\0", "▁", "▁ ▁", "'", "''", "\u0301", "\ufffd"]
    result += WORDS + EMOJI + SPACES + added[:300]
    result += ["a" + token + "b" for token in added[:100]]
    result += ["a" * 3000, "ab" * 2000, "é" * 1000, " " * 2000, "\n" * 500, "你" * 1000, "🦙" * 300,
               "9" * 1000, "a b" * 1000, "x" + "\u0301" * 300, "-" * 700, "'s" * 400, "\0" * 200]
    while len(result) < count:
        result.append("".join(fragment(rng, added) for _ in range(rng.randrange(1, 14))))
    return result


# GPT-2's spelling of bytes.
PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
BYTE_SPELLINGS = {b: chr(b) for b in PRINTABLE} | {
    b: chr(0x100 + i) for i, b in enumerate(b for b in range(256) if b not in PRINTABLE)}


class Answers:
    """What the probe wrote, read in order."""

    def __init__(self, data):
        self.data, self.position = data, 0

    def count(self):
        (value,) = struct.unpack_from("<I", self.data, self.position)
        self.position += 4
        return value

    def ids(self):
        count = self.count()
        values = struct.unpack_from(f"<{count}i", self.data, self.position)
        self.position += 4 * count
        return list(values)

    def text(self):
        count = self.count()
        self.position += count
        return self.data[self.position - count : self.position].decode()


def ask(probe, mode, argument, texts):
    """What the probe answers to the texts, and the seconds that it took; None where it failed."""
    with tempfile.TemporaryFile() as questions:
        for text in texts:
            encoded = text.encode()
            questions.write(struct.pack("<I", len(encoded)) + encoded)
        questions.seek(0)
        start = time.perf_counter()
        done = subprocess.run([probe, mode, argument], stdin=questions, stdout=subprocess.PIPE)
    return None if done.returncode else Answers(done.stdout), time.perf_counter() - start


def drops(reference):
    """Whether the tokenizer drops something of a text: what it has neither a token nor an unknown token for.

    The package then gives what follows in the word offsets that are too small; ours are right.
    """
    document = json.loads(reference.to_str())
    model = document["model"]
    if model["unk_token"]:
        return lambda text: False
    if '"ByteLevel"' not in json.dumps(document["pre_tokenizer"]):
        return lambda text: True
    bytes_known = {b for b, c in BYTE_SPELLINGS.items() if c in model["vocab"]}
    return lambda text: not bytes_known.issuperset(text.encode())


def compare_offsets(probe, file, reference, texts):
    """Ids and offsets, in scalars, of every token; the number of texts compared, and what differs."""
    dropped = drops(reference)
    texts = [text for text in texts if not dropped(text)]
    answers, _ = ask(probe, "offsets", file, texts)
    if answers is None:
        return 0, "the probe failed on offsets"
    differences = 0
    for text in texts:
        ours = [(answers.count(), answers.count(), answers.count()) for _ in range(answers.count())]
        encoding = reference.encode(text)
        theirs = [(id, *offsets) for id, offsets in zip(encoding.ids, encoding.offsets)]
        if ours != theirs:
            differences += 1
            if differences <= 5:
                first = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), 0)
                print(f"  offsets of {text[:200]!r}\n    ours   {ours[first:first + 6]!r}\n    theirs "
                      f"{theirs[first:first + 6]!r}")
    problem = f"offsets of {differences} of {len(texts)} strings differ" if differences else None
    return len(texts), problem


def compare(probe, file, reference, count, seed, offsets=True):
    added = sorted(t.content for t in reference.get_added_tokens_decoder().values())
    texts = strings(count, seed, added)
    answers, seconds = ask(probe, "encode", file, texts)
    if answers is None:
        return "the probe failed"
    # The package, since 0.22 or so, decodes an added token that is looked for in normalized text as
    # its normalized spelling ("▁[N]"), and then does not know it as special. We give its text.
    respelled = {id for id, token in reference.get_added_tokens_decoder().items()
                 if reference.id_to_token(id) != token.content}
    tokens, differences = 0, 0
    for text in texts:
        whole = reference.encode(text).ids
        pairs = [
            ("ids", answers.ids(), reference.encode(text, add_special_tokens=False).ids),
            ("ids with special tokens", answers.ids(), whole),
            ("decoded", answers.text(), reference.decode(whole, skip_special_tokens=False)),
            ("decoded, special tokens skipped", answers.text(), reference.decode(whole)),
        ]
        tokens += len(whole)
        for name, ours, theirs in pairs[:2] if respelled.intersection(whole) else pairs:
            if ours != theirs:
                differences += 1
                if differences <= 10:
                    print(f"  {name} of {text[:200]!r}\n    ours   {ours!r:.300}\n    theirs {theirs!r:.300}")
                break
    if differences:
        return f"{differences} of {len(texts)} strings differ"
    count, problem = compare_offsets(probe, file, reference, texts) if offsets else (0, None)
    if not problem:
        print(f"{file}: {len(texts)} strings, {tokens} tokens: identical, offsets of {count} too "
              f"({seconds:.1f} s for ours)")
    return problem


GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def trained(normalizer=None, pre_tokenizer=None, decoder=None, template=None, **model):
    """A small BPE trained on our own strings, with added tokens of every kind."""
    byte_level = "ByteLevel" in str(pre_tokenizer)
    tokenizer = Tokenizer(models.BPE(**model))
    special = [model["unk_token"]] if model.get("unk_token") else []
    if model.get("byte_fallback"):
        special += [f"<0x{b:02X}>" for b in range(256)]
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    if decoder:
        tokenizer.decoder = decoder
    alphabet = pre_tokenizers.ByteLevel.alphabet() if byte_level else []
    trainer = trainers.BpeTrainer(
        vocab_size=1500, special_tokens=special + ["<s>", "</s>"], initial_alphabet=alphabet,
        limit_alphabet=300, show_progress=False)
    texts = [text for text in strings(4000, 7, []) if len(text) < 300]
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([
        AddedToken("[L]", lstrip=True, normalized=False),
        AddedToken("[R]", rstrip=True, normalized=False),
        AddedToken("[LR]", lstrip=True, rstrip=True, normalized=False, special=True),
        AddedToken("word", single_word=True, normalized=False),
        AddedToken("[N] n", normalized=True), AddedToken("[N]", normalized=True, special=True),
        AddedToken("[LR][", normalized=False), AddedToken("é̂", normalized=True)])
    if template:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=template, special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("<s>", "</s>")])
    return tokenizer


def variants():
    """Tokenizers for each supported step, by name."""
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        for invert in (False, True):
            yield f"split-{behavior}-{invert}", trained(
                normalizers.NFC(), pre_tokenizers.Sequence([
                    pre_tokenizers.Split(Regex(r"[\p{P}e]|\s(?=\p{L})"), behavior, invert),
                    pre_tokenizers.ByteLevel(add_prefix_space=invert)]), decoders.ByteLevel(), "<s> $A")
        yield f"punctuation-{behavior}", trained(
            None, pre_tokenizers.Sequence([
                pre_tokenizers.Split("an", behavior, False), pre_tokenizers.Punctuation(behavior),
                pre_tokenizers.Metaspace(prepend_scheme="first")]),
            decoders.Metaspace(), "<s> $A", unk_token="<unk>", fuse_unk=True)
    yield "whitespace", trained(None, pre_tokenizers.Whitespace(), None, "$A </s>", unk_token="<unk>")
    yield "whitespace-split", trained(None, pre_tokenizers.WhitespaceSplit(), None, unk_token="<unk>")
    llama = [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    back = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
            decoders.Strip(" ", 1, 0)]
    space = pre_tokenizers.ByteLevel(add_prefix_space=True)
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    split = pre_tokenizers.Split(Regex(GPT2), "isolated")
    digits = pre_tokenizers.Digits
    sequence = pre_tokenizers.Sequence
    for scheme in ("always", "first", "never"):
        for cut in (False, True):
            metaspace = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=cut)
            yield f"metaspace-{scheme}-{cut}", trained(
                None, metaspace, decoders.Metaspace(prepend_scheme=scheme), "<s> $A",
                unk_token="<unk>", fuse_unk=True, byte_fallback=cut)
    yield "gpt2", trained(None, space, decoders.ByteLevel(), "<s> $A </s>")
    yield "gpt2-split", trained(
        normalizers.NFC(), sequence([split, plain]), decoders.ByteLevel(), None, ignore_merges=True)
    for single in (True, False):
        yield f"digits-{single}", trained(
            normalizers.Sequence([normalizers.Strip(), normalizers.NFC()]),
            sequence([digits(individual_digits=single), space]), decoders.ByteLevel())
        yield f"strip-{single}", trained(
            normalizers.Strip(left=single, right=not single), digits(individual_digits=single), None,
            "$A </s>", unk_token="<unk>", fuse_unk=single, ignore_merges=single)
    yield "dropped", trained(normalizers.Sequence(llama), None, decoders.Sequence(back))
    yield "unknown", trained(
        normalizers.Sequence(llama), None, decoders.Sequence(back), "<s> $A", unk_token="<unk>")
    yield "fused", trained(
        normalizers.Sequence(llama), None, decoders.Sequence(back), unk_token="<unk>",
        fuse_unk=True)
    yield "fallback", trained(
        normalizers.Sequence(llama), None, decoders.Sequence(back), "<s> $A", unk_token="<unk>",
        fuse_unk=True, byte_fallback=True)


PROPERTIES = CATEGORIES + UNICODE_SCRIPTS + [
    "L", "M", "N", "P", "S", "Z", "C", "LC", "Cn", "Any", "Assigned", "ASCII", "Letter", "Mark", "Number",
    "Punctuation", "Symbol", "Separator", "Other", "Alpha", "Upper", "Lower", "Alnum", "Blank", "Cntrl", "Digit",
    "Graph", "Print", "Punct", "Space", "Word", "XDigit", "Alphabetic", "Uppercase", "Lowercase"]
BRACKETS = ["alpha", "upper", "lower", "alnum", "blank", "cntrl", "digit", "graph", "print", "punct", "space", "word",
            "xdigit", "ascii"]


def compare_classes(probe):
    """Every class of patterns on every scalar, and where case is ignored every letter that has another case."""
    classes = [f"\\p{{{name}}}" for name in PROPERTIES] + [f"[[:{name}:]]" for name in BRACKETS]
    classes += ["\\w", "\\d", "\\s", "\\h", "\\W", ".", "\\N", "\\R", "(?i:[a-z])", "(?i:[^a-z])"]
    classes += ["[\\w]", "[\\W]", "[^\\w]", "\\P{Word}", "\\p{^Word}", "[\\p{Word}]", "[[:^word:]]", "[[:^punct:]]", "(?i:\\w)", "(?i:[\\w]+)"]
    # Where case is ignored, a class with letters that equal several needs a repetition without limit.
    classes.append("(?i:[\\p{Lu}]+)")
    classes += [f"(?i:\\x{{{c:x}}})" for c in range(0x41, 0x5B)] + [
        "(?i:\\x{3c3})", "(?i:\\x{e5})", "(?i:\\x{1c5})", "(?i:\\x{19b})", "(?i:\\x{a7cb})", "(?i:\\x{10d50})"]
    differences = 0
    for pattern in classes:
        answers, _ = ask(probe, "match", pattern, [EVERYTHING])
        if answers is None:
            print(f"{pattern}: the probe failed")
            differences += 1
            continue
        data = EVERYTHING.encode()
        ours = set()
        for _ in range(answers.count()):
            start, end = answers.count(), answers.count()
            ours.update(map(ord, data[start:end].decode()))
        theirs = matched(pattern)
        if ours != theirs:
            differences += 1
            print(f"{pattern}: {len(ours - theirs)} scalars ours only, {len(theirs - ours)} theirs only, such as "
                  f"{[hex(c) for c in sorted(ours ^ theirs)[:5]]}")
    print(f"{len(classes)} classes of patterns on {len(EVERYTHING)} scalars: {differences} differ")
    return differences


def rewritten_merges(document, as_text):
    """The document with its merges in the other form or the same."""
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in document["model"]["merges"]]
    document["model"]["merges"] = [" ".join(pair) for pair in pairs] if as_text else pairs
    return document


def compare_other_form(arguments, directory, reference):
    """The directory's tokenizer with its merges in the other form, against the package on the first form."""
    with open(os.path.join(directory, "tokenizer.json"), encoding="utf-8") as file:
        document = json.load(file)
    was_text = isinstance(document["model"]["merges"][0], str)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "merges-as-pairs.json" if was_text else "merges-as-text.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(rewritten_merges(document, not was_text), file, ensure_ascii=False)
        problem = compare(arguments.probe, path, reference, arguments.count, arguments.seed, offsets=False)
    if problem:
        print(f"{directory}, merges in the other form: {problem}")
    return 1 if problem else 0


def compare_published(arguments, directory):
    """Every published pre-tokenizer before the vocabulary of a directory."""
    with open(os.path.join(directory, "tokenizer.json"), encoding="utf-8") as file:
        document = json.load(file)
    problems = 0
    families = arguments.families.split(",") if arguments.families else list(PRE_TOKENIZERS)
    for index, name in enumerate(families):
        steps = PRE_TOKENIZERS[name]
        document["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": steps}
        rewritten_merges(document, as_text=index % 2 == 0)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name + ".json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(document, file, ensure_ascii=False)
            reference = Tokenizer.from_file(path)
            problem = compare(arguments.probe, path, reference, arguments.count, arguments.seed)
        if problem:
            print(f"{name}: {problem}")
            problems += 1
    return problems


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directories", nargs="*")
    parser.add_argument("--probe", default=os.path.join(root, ".build/release/tokenizer-probe"))
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--published", action="store_true")
    parser.add_argument("--families", help="names of published.py, separated by commas; all by default")
    parser.add_argument("--classes", action="store_true")
    arguments = parser.parse_args()
    status = 0
    if arguments.classes:
        sys.exit(compare_classes(arguments.probe) > 0)
    if arguments.published:
        sys.exit(any([compare_published(arguments, directory) for directory in arguments.directories]))
    if not arguments.directories:
        with tempfile.TemporaryDirectory() as directory:
            for name, reference in variants():
                file = os.path.join(directory, name + ".json")
                reference.save(file)
                problem = compare(arguments.probe, file, reference, arguments.count, arguments.seed)
                if problem:
                    print(f"{name}: {problem}")
                    status = 1
    for directory in arguments.directories:
        reference = Tokenizer.from_file(os.path.join(directory, "tokenizer.json"))
        for name in ("tokenizer.json", "tokenizer.model"):
            file = os.path.join(directory, name)
            if os.path.exists(file):
                problem = compare(arguments.probe, file, reference, arguments.count, arguments.seed,
                                  offsets=name.endswith(".json"))
                if problem:
                    print(f"{file}: {problem}")
                    status = 1
        status = max(status, compare_other_form(arguments, directory, reference))
    sys.exit(status)


if __name__ == "__main__":
    main()
