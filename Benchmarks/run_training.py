# SPDX-License-Identifier: Apache-2.0
"""Runs `spin train` and PyTorch (with PEFT) side by side on the shape of Qwen2-0.5B; writes a JSON.

    python Benchmarks/run_training.py SPIN [--methods full,lora] [--work DIR] [--threads 2] [--rounds 2]
        [--max-memory 4GB] [--out Benchmarks/results/training.json]

Two samples of 128 tokens a step, clipping, AdamW, float32 in PyTorch; adapters of rank 8 on all matrices.
Programs alternate within a round; all rounds are recorded and the best of each counts. What spin takes
before the first step is left out by taking the difference between a longer and a shorter run.
"""

import argparse
import csv
import json
import os
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


def run_spin(spin, model, data, threads, method, memory):
    """The rate after the first step, and the most memory; with all its gradients kept or not, as the
    budget has it."""
    options = [] if method == "full" else ["--target-modules", "all-linear", "--lora-alpha", 16]
    if memory:
        options += ["--max-memory", memory]

    def once(steps):
        with tempfile.TemporaryDirectory(dir=model.parent) as temporary:
            output, *_, resident = run_scoring.run([
                spin, "train", method, model, "--data", data, "--out",
                pathlib.Path(temporary) / "trained", *options, "--learning-rate", "1e-5",
                "--max-steps", steps, "--per-device-train-batch-size", BATCH, "--no-append-eos",
                "--threads", threads, "--json", "--quiet"])
        return json.loads(output)["circumstances"]["seconds"], resident

    short, _ = once(SHORT)
    long, resident = once(LONG)
    tokens = (LONG - SHORT) * BATCH * LENGTH
    return {
        "program": "spin", "method": method, "max_memory": memory, "threads": threads,
        "tokens": tokens,
        "seconds": round(long - short, 3), "tokens_per_second": round(tokens / (long - short), 2),
        "peak_resident_bytes": resident,
    }


def run_peer(model, data, threads, method):
    output, *_ = run_scoring.run([
        sys.executable, run_scoring.PEERS / "train.py", method, model, data, "--threads", threads,
        "--steps", LONG - SHORT, "--batch", BATCH])
    return json.loads(output.strip().splitlines()[-1])


def summary(runs, method):
    """Ratios of the best runs of a method; one entry for each memory budget."""
    entries = []
    peer = max((r for r in runs if r["program"] == "pytorch" and r["method"] == method),
               key=lambda r: r["tokens_per_second"])
    for memory in dict.fromkeys(r["max_memory"] for r in runs
                                if r["program"] == "spin" and r["method"] == method):
        ours = max((r for r in runs if r["program"] == "spin" and r["method"] == method
                    and r["max_memory"] == memory), key=lambda r: r["tokens_per_second"])
        entries.append({
            "method": method, "max_memory": memory, "spin": ours["tokens_per_second"],
            "pytorch": peer["tokens_per_second"],
            "times": round(ours["tokens_per_second"] / peer["tokens_per_second"], 2),
            "memory": round(ours["peak_resident_bytes"] / peer["peak_resident_bytes"], 3),
            "spin_peak_mb": ours["peak_resident_bytes"] >> 20,
            "pytorch_peak_mb": peer["peak_resident_bytes"] >> 20,
        })
    return entries


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path)
    parser.add_argument("--methods", default="full,lora")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/spin-benchmark"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--max-memory", default="4GB", help="a second budget for full")
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    model = arguments.work / "qwen2-0.5b"
    if not (model / "model.safetensors").exists():
        run_scoring.run([
            sys.executable, run_scoring.PEERS / "make_models.py", arguments.work, "--only",
            model.name])
    data = arguments.work / "training.csv"
    write_data(model, data)
    runs = []
    for method in arguments.methods.split(","):
        budgets = [None, arguments.max_memory] if method == "full" else [None]
        for _ in range(arguments.rounds):
            runs.append(run_peer(model, data, arguments.threads, method))
            print(json.dumps(runs[-1]), flush=True)
            for memory in budgets:
                runs.append(
                    run_spin(arguments.spin, model, data, arguments.threads, method, memory))
                print(json.dumps(runs[-1]), flush=True)
    report = {
        "model": model.name, "processor": run_scoring.processor(), "threads": arguments.threads,
        "load_average_at_end": os.getloadavg(),
        "summary": [e for m in arguments.methods.split(",") for e in summary(runs, m)],
        "runs": runs,
    }
    print(json.dumps(report["summary"], indent=1))
    if arguments.out:
        arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
