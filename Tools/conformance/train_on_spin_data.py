# SPDX-License-Identifier: Apache-2.0
"""Text, tokenizer and configuration of a small model of SPIN's own data, for a comparison on that data.

    python Tools/conformance/train_on_spin_data.py DATA --out DIR

DATA is the folder with the CSV files of ChnQ/SPIN. All pairs are written to DIR/train.jsonl, careful and harmful
ones alike. A model trained on so little says hardly anything that makes sense: it is there to run the whole
comparison on real files, not to judge a method by. It is not shipped.
"""

import argparse
import csv
import dataclasses
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "demo"))
import architecture  # noqa: E402
import byte_pairs  # noqa: E402

FILES = [
    "beaver_train330k_privacy_safe_1k.csv", "beaver_train330k_privacy_unsafe_1k.csv",
    "beaver_train330k_fairness_safe_1k.csv", "beaver_train330k_fairness_unsafe_1k.csv",
    "alpaca_cleaned_no_safety_train_1k.csv",
]


@dataclasses.dataclass(frozen=True)
class Pair:
    prompt: str
    response: str


def pairs(folder):
    """All different pairs of the files, in their order."""
    found = {}
    for name in FILES:
        with open(folder / name, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["response"].strip():
                    found[Pair(row["prompt"], row["response"])] = None
    return list(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    samples = pairs(arguments.data)
    tokenizer = byte_pairs.train(samples)
    (arguments.out / "model").mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(arguments.out / "model" / "tokenizer.json"), pretty=False)
    for name, value in architecture.configurations(tokenizer).items():
        (arguments.out / "model" / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    with open(arguments.out / "train.jsonl", "w", encoding="utf-8") as file:
        for sample in samples:
            file.write(json.dumps(dataclasses.asdict(sample)) + "\n")
    print(f"{len(samples)} pairs, {tokenizer.get_vocab_size()} tokens in the vocabulary")


if __name__ == "__main__":
    main()
