# SPDX-License-Identifier: Apache-2.0
"""Runs `spin train lora` and PEFT side by side on the shape of Qwen2-0.5B; writes a JSON.

    python Benchmarks/run_lora_training.py SPIN [--work DIR] [--threads 2] [--rounds 2] [--dora] [--out FILE]

Two samples of 128 tokens a step, rank 8 on all matrices, clipping, AdamW. Programs alternate within a
round; all rounds are recorded and the best of each counts. What spin takes before the first step is left
out by taking the difference between a longer and a shorter run.
"""

import argparse
import csv
import json
import pathlib
import random
import sys
import tempfile

from transformers import AutoTokenizer

import run_scoring

WORDS = "the a cat dog sees likes old new house tree of in with and two red".split()
SHORT, LONG, BATCH, LENGTH = 1, 4, 2, 128


def write_data(model, path):
    """Rows whose prompt and response have 32 and 96 tokens."""
    tokenizer = AutoTokenizer.from_pretrained(model)
    generator = random.Random(1)

    def count(text):
        return len(tokenizer(text, add_special_tokens=False)["input_ids"])

    def text(length):
        while True:
            words = generator.choice(WORDS)
            while count(words) < length:
                words += " " + generator.choice(WORDS)
            if count(words) == length:
                return words

    first = len(tokenizer("a")["input_ids"]) - len(
        tokenizer("a", add_special_tokens=False)["input_ids"])
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["prompt", "response"])
        for _ in range(BATCH * (LONG + 2)):
            writer.writerow([text(32 - first), text(LENGTH - 32)])


def run_spin(spin, model, data, threads, method):
    def once(steps):
        with tempfile.TemporaryDirectory(dir=model.parent) as temporary:
            output, *_, resident = run_scoring.run([
                spin, "train", method, model, "--data", data, "--out",
                pathlib.Path(temporary) / "adapter", "--target-modules", "all-linear",
                "--lora-alpha", 16, "--learning-rate", "1e-4", "--max-steps", steps,
                "--per-device-train-batch-size", BATCH, "--no-append-eos", "--threads", threads,
                "--json", "--quiet"])
        return json.loads(output)["circumstances"]["seconds"], resident

    short, _ = once(SHORT)
    long, resident = once(LONG)
    tokens = (LONG - SHORT) * BATCH * LENGTH
    return {
        "program": "spin", "threads": threads, "tokens": tokens,
        "seconds": round(long - short, 3), "tokens_per_second": round(tokens / (long - short), 2),
        "peak_resident_bytes": resident,
    }


def run_peer(model, data, threads, method):
    output, *_ = run_scoring.run([
        sys.executable, run_scoring.PEERS / "train_lora.py", model, data, "--threads", threads,
        "--steps", LONG - SHORT, "--batch", BATCH, *(["--dora"] if method == "dora" else [])])
    return json.loads(output.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/spin-benchmark"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--dora", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    method = "dora" if arguments.dora else "lora"
    model = arguments.work / "qwen2-0.5b"
    if not (model / "model.safetensors").exists():
        run_scoring.run([
            sys.executable, run_scoring.PEERS / "make_models.py", arguments.work, "--only",
            model.name])
    data = arguments.work / "training.csv"
    write_data(model, data)
    results = []
    for _ in range(arguments.rounds):
        results.append(run_peer(model, data, arguments.threads, method))
        print(json.dumps(results[-1]), flush=True)
        results.append(run_spin(arguments.spin, model, data, arguments.threads, method))
        print(json.dumps(results[-1]), flush=True)
    spin, peft = (run_scoring.best(results, name) for name in ("spin", "peft"))
    summary = {
        "method": method, "model": model.name, "processor": run_scoring.processor(),
        "times_peft": round(spin["tokens_per_second"] / peft["tokens_per_second"], 2),
        "memory_of_peft": round(spin["peak_resident_bytes"] / peft["peak_resident_bytes"], 3),
        "runs": results,
    }
    print(json.dumps({key: value for key, value in summary.items() if key != "runs"}))
    if arguments.out:
        arguments.out.write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
