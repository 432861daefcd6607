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

With `--published` each directory's vocabulary and merges are put behind every published pre-tokenizer of
`published.py` in turn, the merges of every second as text ("a b") and of the others as pairs.
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

from published import PRE_TOKENIZERS

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


def compare_offsets(probe, file, reference, texts):
    """Ids and offsets, in scalars, of every token."""
    answers, _ = ask(probe, "offsets", file, texts)
    if answers is None:
        return "the probe failed on offsets"
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
    return f"offsets of {differences} of {len(texts)} strings differ" if differences else None


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
    problem = compare_offsets(probe, file, reference, texts) if offsets else None
    if not problem:
        what = "ids, texts and offsets" if offsets else "ids and texts"
        print(f"{file}: {len(texts)} strings, {tokens} tokens: {what} identical ({seconds:.1f} s for ours)")
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


def rewritten_merges(document, as_text):
    """The document with its merges in the other form or the same."""
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in document["model"]["merges"]]
    document["model"]["merges"] = [" ".join(pair) for pair in pairs] if as_text else pairs
    return document


def compare_published(arguments, directory):
    """Every published pre-tokenizer before the vocabulary of a directory."""
    with open(os.path.join(directory, "tokenizer.json"), encoding="utf-8") as file:
        document = json.load(file)
    problems = 0
    for index, (name, steps) in enumerate(PRE_TOKENIZERS.items()):
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
    arguments = parser.parse_args()
    status = 0
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
    sys.exit(status)


if __name__ == "__main__":
    main()
