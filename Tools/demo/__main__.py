# SPDX-License-Identifier: Apache-2.0
"""Writes the text, the data sets, the tokenizer and the configuration of the demo's model.

    python Tools/demo --out DIR [--size SHARE]

The same files, bit for bit, on every machine, with every version of Python and the pinned `tokenizers`.
"""

import argparse
import csv
import hashlib
import json
import pathlib

import architecture
import byte_pairs
import lint
from corpus import SEED, Corpus
from draws import Draws


def write_lines(path, samples):
    """Prompts and responses as JSONL."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for sample in samples:
            row = {"prompt": sample.prompt, "response": sample.response}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_table(path, header, rows):
    """A CSV file."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write(corpus, tokenizer, out):
    """All files."""
    (out / "model").mkdir(parents=True, exist_ok=True)
    write_lines(out / "train.jsonl", corpus.training)
    write_lines(out / "validation.jsonl", corpus.validation)
    for name, samples in corpus.calibration.items():
        write_table(out / f"{name}.csv", ["prompt", "response"], [(s.prompt, s.response) for s in samples])
    safe = Draws(SEED, "fine-tuning").shuffled(corpus.calibration["privacy"] + corpus.calibration["fairness"])
    write_table(out / "fine_tuning.csv", ["prompt", "response"], [(s.prompt, s.response) for s in safe])
    for name, samples in {**corpus.questions, "benign": corpus.benign}.items():
        write_table(out / f"questions_{name}.csv", ["question"], [(s.prompt,) for s in samples])
    write_table(out / "labelled.csv", ["question", "answer", "label"],
                [(s.prompt, s.response, "safe" if s.is_good else "unsafe") for s in corpus.labelled])
    text = "\n\n".join(sample.response for sample in corpus.text) + "\n"
    (out / "general.txt").write_text(text, encoding="utf-8", newline="\n")
    tokenizer.save(str(out / "model" / "tokenizer.json"), pretty=False)
    for name, value in architecture.configurations(tokenizer).items():
        (out / "model" / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8", newline="\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=float, default=1.0, help="the share of the training text to make")
    arguments = parser.parse_args()
    corpus = Corpus(arguments.size)
    tokenizer = byte_pairs.train(corpus.training)
    write(corpus, tokenizer, arguments.out)
    lint.check(corpus, tokenizer)
    for path in sorted(path for path in arguments.out.rglob("*") if path.is_file()):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]} {path.relative_to(arguments.out)}")


if __name__ == "__main__":
    main()
