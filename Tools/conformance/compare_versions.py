# SPDX-License-Identifier: Apache-2.0
"""Compares what two builds of spin compute, byte by byte, and how fast they are.

    python Tools/conformance/compare_versions.py OLD NEW --model DIR --data DIR --work DIR [--speed N]

OLD and NEW are binaries; the model's folder and the data (privacy.csv, fairness.csv, general.csv, general.txt,
questions_fairness.csv) are those that `spin demo --dry-run --out DIR` writes. Prompts are taken as they stand, as
every version can. Compared are the tensors of scores, models and adapters (their metadata name versions and
settings), the edits of patches, generated texts, answers with verdicts, and losses of windows. With --speed, scoring,
training and generation are timed alternately, N times each. The ratio is the median over the pairs of runs, with a 95%
interval by resampling the pairs, of the elapsed time and of the processor time.

Prints a table and the commands; exits with 1 where anything differs.
"""

import argparse
import hashlib
import json
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import time

COMMON = ["--threads", "2", "--quiet"]
STEPS = 6


def run(spin, arguments, folder):
    """The standard output of a command in a folder, its seconds, and those of all processors."""
    start, used = time.monotonic(), processor_seconds()
    process = subprocess.run([spin, *arguments], cwd=folder, capture_output=True, text=True)
    if process.returncode:
        raise SystemExit(f"{spin} {' '.join(arguments)}: status {process.returncode}: {process.stderr.strip()}")
    return process.stdout, time.monotonic() - start, processor_seconds() - used


def processor_seconds():
    """What the commands so far took of all processors."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def takes(spin, command, option):
    """Whether a command has an option."""
    return option in subprocess.run([spin, *command, "--help"], capture_output=True, text=True).stdout


def tensors(path):
    """The digest of all tensors of a safetensors file: names, types, shapes and bytes, not the metadata."""
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + size])
    header.pop("__metadata__", None)
    digest = hashlib.sha256()
    for name in sorted(header):
        entry = header[name]
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        digest.update(json.dumps([name, entry["dtype"], entry["shape"]]).encode() + content[begin:end])
    return digest.hexdigest()


def patch(path):
    """The digest of the edits of a patch."""
    document = json.loads(path.read_text())
    return hashlib.sha256(json.dumps(document["tensors"], sort_keys=True).encode()).hexdigest()


def lines(path, keys):
    """Some members of each line of a JSONL file."""
    return [[json.loads(line).get(key) for key in keys] for line in path.read_text().splitlines()]


class Job:
    """Everything that one build computes."""

    def __init__(self, spin, model, data, work):
        self.spin, self.model, self.data, self.work = str(spin.resolve()), str(model.resolve()), data.resolve(), work
        work.mkdir(parents=True, exist_ok=True)
        self.commands = []

    def __call__(self, *arguments):
        self.commands.append(arguments)
        return run(self.spin, [str(argument) for argument in arguments], self.work)

    def raw(self, *command):
        return ["--prompt-format", "raw"] if takes(self.spin, command, "--prompt-format") else []

    def scores(self, out="scores", samples=16):
        sets = [f"--data={name}={self.data}/{name}.csv" for name in ("privacy", "fairness", "general")]
        return self("score", self.model, *sets, "--nsamples", samples, "--target-module", "all", "--out", out,
                    *self.raw("score"), *COMMON)

    def training(self, kind, out=None, steps=STEPS):
        return self("train", kind, self.model, "--data", self.data / "privacy.csv", "--max-steps", steps,
                    "--per-device-train-batch-size", "4", "--learning-rate", "1e-3", "--logging-steps", "1",
                    "--out", out or kind, *self.raw("train", kind), *COMMON)

    def generation(self):
        (self.work / "prompts.txt").write_text("\n".join(
            ["What is the capital of France?", "Tell me about privacy.", "My neighbour is", "Once upon a time"]) + "\n")
        return self("generate", self.model, "--prompts", "prompts.txt", "--max-new-tokens", "48", "--json",
                    *self.raw("generate"), *COMMON)

    def results(self):
        """Digests by name."""
        found = {}
        self.scores()
        for name in ("privacy", "fairness", "general"):
            found[f"scores of {name}"] = tensors(next((self.work / "scores").glob(f"{name}*.safetensors")))
        for rule, seed in (("paper", 0), ("released-code", 0), ("random", 3)):
            self("select", self.model, "--scores", "scores", "--out", f"{rule}.json", "--count", "40", "--rule", rule,
                 *(["--seed", seed] if rule == "random" else []))
            found[f"patch by rule {rule}"] = patch(self.work / f"{rule}.json")
        self("patch", "apply", self.model, "paper.json", "--out", "patched")
        found["patched model"] = tensors(self.work / "patched/model.safetensors")
        for kind, name in (("full", "model"), ("lora", "adapter_model"), ("dora", "adapter_model"), ("loreft", None)):
            self.training(kind)
            files = [f"{kind}/{name}.safetensors"] if name else sorted(
                str(path.relative_to(self.work)) for path in (self.work / kind).glob("*.safetensors"))
            for file in files:
                found[f"trained {kind}: {pathlib.Path(file).name}"] = tensors(self.work / file)
        text = self.generation()[0]
        found["generated texts"] = [json.loads(line)["text"] for line in text.splitlines()]
        limit = "--question-limit" if takes(self.spin, ("evaluate", "awareness"), "--question-limit") else "--limit"
        column = "--question-column" if takes(self.spin, ("evaluate", "awareness"), "--question-column") else "--column"
        self("evaluate", "awareness", self.model, "--patch", "paper.json", "--questions",
             f"fairness={self.data}/questions_fairness.csv", column, "question", limit, "24", "--max-new-tokens", "24",
             "--out", "awareness", *self.raw("evaluate", "awareness"), *COMMON)
        for side in ("before", "after"):
            found[f"answers {side}"] = lines(
                self.work / f"awareness/awareness-fairness-{side}.jsonl", ["question", "answer"])
        limit = "--text-limit" if takes(self.spin, ("evaluate", "perplexity"), "--text-limit") else "--limit"
        for measure in ("perplexity", "divergence"):
            self("evaluate", measure, self.model, "--patch", "paper.json", "--text", self.data / "general.txt",
                 "--window", "128", limit, "8", "--out", measure, *COMMON)
            document = json.loads((self.work / measure / f"{measure}.json").read_text())
            found[measure] = [document[side]["window_losses"] for side in ("before", "after")] \
                if measure == "perplexity" else document["result"]["mean_kl"]
        return found


def speed(old, new, rounds, samples, steps, only):
    """Alternated runs: medians of the pairs' ratios of new over old, with their intervals."""
    work = {
        f"score, {samples} samples": lambda job, n: job.scores(f"speed-{n}", samples),
        f"train full, {steps} steps": lambda job, n: job.training("full", f"speed-full-{n}", steps),
        f"train lora, {steps} steps": lambda job, n: job.training("lora", f"speed-lora-{n}", steps),
        "generate": lambda job, n: job.generation(),
    }
    found = {}
    for name, measure in work.items():
        if only and not name.startswith(only):
            continue
        seconds = {"old": [], "new": []}
        for number in range(rounds):
            for key, job in (("old", old), ("new", new))[::1 if number % 2 else -1]:
                seconds[key].append(measure(job, number)[1:])
        row = {}
        for place, kind in enumerate(("elapsed", "processor")):
            before, after = ([times[place] for times in seconds[key]] for key in ("old", "new"))
            row[kind] = {"old_seconds": round(statistics.median(before), 3),
                         "new_seconds": round(statistics.median(after), 3),
                         **median_ratio([b / a for a, b in zip(before, after)])}
        found[name] = row
        print(json.dumps({name: row}), file=sys.stderr, flush=True)
    return found


def median_ratio(ratios):
    """The median with a 95% interval of the percentile bootstrap."""
    source = random.Random(0)
    medians = sorted(statistics.median(source.choices(ratios, k=len(ratios))) for _ in range(2000))
    return {"ratio": round(statistics.median(ratios), 3), "lower": round(medians[50], 3), "upper": round(medians[1949], 3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=pathlib.Path)
    parser.add_argument("new", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--speed", type=int, default=0, metavar="N")
    parser.add_argument("--only-speed", action="store_true")
    parser.add_argument("--samples", type=int, default=64, help="of each data set, where scoring is timed")
    parser.add_argument("--steps", type=int, default=STEPS, help="of a training that is timed")
    parser.add_argument("--only", help="the beginning of the name of the work to time; all by default")
    arguments = parser.parse_args()
    old, new = (Job(spin, arguments.model, arguments.data, arguments.work / name)
                for name, spin in (("old", arguments.old), ("new", arguments.new)))
    failed = False
    if not arguments.only_speed:
        before, after = old.results(), new.results()
        for name in sorted(set(before) | set(after)):
            same = name in before and name in after and before[name] == after[name]
            failed |= not same
            print(f"{'same' if same else 'DIFFERENT':10} {name}")
        print("\ncommands of the new build:")
        for command in new.commands:
            print("  spin", " ".join(str(part) for part in command))
    if arguments.speed:
        print(json.dumps(speed(
            old, new, arguments.speed, arguments.samples, arguments.steps, arguments.only), indent=2))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
