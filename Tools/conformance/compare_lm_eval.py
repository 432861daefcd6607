# SPDX-License-Identifier: Apache-2.0
"""Compares `spin evaluate choices` with the package lm_eval on the same files.

    python Tools/conformance/compare_lm_eval.py SPIN MODEL [--material ../shared/data] [--shots 0 3]
        [--limit 25]

lm_eval (Tools/requirements-lm-eval.txt) runs its own task definitions, with `dataset_path` set to
local files; the two tasks that it does not have, and one of a user's, are defined here. Compared:
every prompt and choice, the hashes of documents, prompts and targets, `acc` and `acc_norm` of every
item, and all of them with their standard errors over each task and group, to the last bit (or to
1e-15, where Python's power and sum round otherwise), and the printed table. Log-likelihoods may
differ as in compare_choices.py.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import choice_data
import lm_eval
import torch
import yaml
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from lm_eval.utils import make_table

OFFICIAL = pathlib.Path(lm_eval.__file__).parent / "tasks"
FILES = {
    "hellaswag": "hellaswag/hellaswag.yaml", "race": "race/race.yaml",
    "gpqa": "gpqa/zeroshot/gpqa_main_zeroshot.yaml", "openbookqa": "openbookqa/openbookqa.yaml",
    "boolq": "super_glue/boolq/default.yaml",
}
METRICS = [{"metric": name, "aggregation": "mean", "higher_is_better": True}
           for name in ("acc", "acc_norm")]
OWN = {
    "ag_news": {
        "description": "Classify the news articles into the categories of World, Sports, Business, "
                       "and Technology.\n\n",
        "doc_to_text": "Article: {{text}}\nAnswer:", "doc_to_target": "label",
        "doc_to_choice": ["World", "Sports", "Business", "Technology"],
        "training_split": "train", "test_split": "test", "metadata": {"version": 1.0},
    },
    "imdb": {
        "doc_to_text": "Passage: {{text}}\nSentiment:", "doc_to_target": "label",
        "doc_to_choice": ["Negative", "Positive"], "training_split": "train", "test_split": "test",
        "metadata": {"version": 1.0},
    },
    "own": {
        "doc_to_text": "context", "doc_to_target": "gold", "doc_to_choice": "choices",
        "test_split": "test", "fewshot_split": "test", "metadata": {"version": 0},
    },
}


def tasks(folder, files):
    """Writes the definitions; their manager and names."""
    folder.mkdir()

    def write(name, config, harness):
        config |= {"dataset_path": "json", "dataset_name": None, "dataset_kwargs": {
            "data_files": {split: str(path) for split, path in harness.items()}}}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(config, allow_unicode=True))

    names = {}
    for task, paths in files.items():
        if task == "mmlu":
            names[task] = "mmlu"
            for subject in {subject for subject, _ in paths["harness"]}:
                write(f"mmlu_{subject}",
                      {"include": str(OFFICIAL / f"mmlu/default/mmlu_{subject}.yaml")},
                      {split: paths["harness"][(subject, split)] for split in ("test", "dev")})
            # The groups of lm_eval, whose tags find the subjects that are here.
            for group in ("", "_stem", "_other", "_social_sciences", "_humanities"):
                path = OFFICIAL / f"mmlu/default/_mmlu{group}.yaml"
                (folder / f"group{group}.yaml").write_text(path.read_text())
        elif task in OWN:
            names[task] = task
            write(task, {"task": task, "output_type": "multiple_choice", "metric_list": METRICS}
                  | OWN[task], paths["harness"])
        else:
            config = {"include": str(OFFICIAL / FILES[task])}
            names[task] = task
            if task == "gpqa":
                config["task"] = names[task] = "gpqa_zeroshot"
            write(task, config, paths["harness"])
    return TaskManager(include_path=str(folder), include_defaults=False), names


def spin_results(spin, model, files, shots, limit, out):
    command = [spin, "evaluate", "choices", model, "--num-fewshot", shots, "--limit", limit, "-q",
               "--out", out]
    for task, paths in files.items():
        if task == "own":
            command += ["--task", out.parent / "own.jsonl"]
            (out.parent / "own.jsonl").write_bytes(paths["spin"].read_bytes())
            continue
        command += ["--task", task, "--data", f"{task}={paths['spin']}"]
        if shots and paths["spin_train"]:
            command += ["--fewshot-data", f"{task}={paths['spin_train']}"]
    table = subprocess.run([str(part) for part in command], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    path = next(out.glob("*/results_*.json"))
    results = json.loads(path.read_text())
    samples = {}
    for name in results["n-samples"]:
        file = path.with_name(f"samples_{name}_{path.stem.removeprefix('results_')}.jsonl")
        samples[name] = [json.loads(line) for line in file.read_text().splitlines()]
    return table, results, samples


class Comparison:
    def __init__(self):
        self.failures = 0
        self.items = 0
        self.inexact = 0
        self.largest = 0.0

    def equal(self, where, found, expected):
        if found != expected:
            self.failures += 1
            print(f"{where}: {found!r}, lm_eval {expected!r}"[:6000])

    def number(self, where, found, expected):
        if found == expected:
            return
        self.inexact += 1
        if isinstance(expected, str) or abs(found - expected) > 1e-15:
            self.equal(where, found, expected)

    def sample(self, name, found, expected):
        self.items += 1
        where = f"{name} {found['doc_id']}"
        pairs = [[a["arg_0"], a["arg_1"]] for a in found["arguments"].values()]
        self.equal(where, pairs, [list(pair) for pair in expected["arguments"]])
        for key in ("doc_id", "doc_hash", "prompt_hash", "target_hash", "metrics", "acc",
                    "acc_norm"):
            self.equal(f"{where} {key}", found.get(key), expected.get(key))
        self.equal(f"{where} target", found["target"], str(expected["target"]))
        for a, b in zip(found["filtered_resps"], expected["filtered_resps"]):
            self.equal(f"{where} greedy", a[1], str(b[1]))
            a, b = float(a[0]), float(b[0])
            self.largest = max(self.largest, abs(a / b - 1))
            if abs(a - b) > 2e-5 + 2e-5 * abs(b):
                self.equal(f"{where} log-likelihood", a, b)

    def run(self, spin, model, lm, manager, names, files, shots, limit, out):
        table, found, samples = spin_results(spin, model, files, shots, limit, out)
        # GPQA's answers are shuffled by the generator of the whole run: alone, as it is defined.
        expected = {"results": {}, "samples": {}, "groups": {}}
        for part in ([names["gpqa"]], [name for task, name in names.items() if task != "gpqa"]):
            result = lm_eval.simple_evaluate(
                model=lm, tasks=part, num_fewshot=shots, limit=limit, task_manager=manager,
                bootstrap_iters=100000, log_samples=True)
            for key, value in result.items():
                if isinstance(value, dict) and key != "config":
                    expected.setdefault(key, {}).update(value)
        self.equal("tasks", sorted(found["results"]), sorted(expected["results"]))
        for name, row in expected["results"].items():
            self.equal(f"{name} keys", sorted(found["results"][name]), sorted(row))
            for key, value in row.items():
                self.number(f"{name} {key}", found["results"][name][key], value)
        for key in ("n-shot", "higher_is_better", "n-samples", "group_subtasks", "versions"):
            self.equal(key, {k: v for k, v in found[key].items()},
                       {k: v for k, v in expected[key].items()})
        for name, items in expected["samples"].items():
            self.equal(f"{name} items", len(samples[name]), len(items))
            for a, b in zip(samples[name], items):
                self.sample(name, a, b)
        printed = make_table(expected) + "\n" + make_table(expected, "groups")
        for a, b in zip(table.strip().split("\n"), printed.strip().split("\n"), strict=True):
            self.equal("table", a, b)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin")
    parser.add_argument("model")
    parser.add_argument("--material", type=pathlib.Path)
    parser.add_argument("--shots", type=int, nargs="+", default=[0, 3])
    parser.add_argument("--limit", type=int, default=25)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        temporary = pathlib.Path(temporary)
        files = choice_data.make(temporary / "data", arguments.material)
        # A cache of the data sets of its own: what lies in the user's could be older.
        import datasets
        datasets.config.HF_DATASETS_CACHE = temporary / "cache"
        manager, names = tasks(temporary / "tasks", files)
        lm = HFLM(pretrained=arguments.model, dtype="float32", device="cpu", batch_size=1)
        for shots in arguments.shots:
            comparison = Comparison()
            folder = temporary / f"shots-{shots}"
            folder.mkdir()
            comparison.run(arguments.spin, arguments.model, lm, manager, names, files, shots,
                           arguments.limit, folder / "out")
            failures += comparison.failures
            print(f"{shots} examples: {comparison.items} items, {comparison.failures} differences, "
                  f"{comparison.inexact} numbers equal but for the last bit, largest relative "
                  f"difference of a log-likelihood {comparison.largest:.1e}", flush=True)
    sys.exit(1 if failures else 0)


main()
