# SPDX-License-Identifier: Apache-2.0
"""Compares `spin score` and `spin select` with the float64 reference, index by index.

    python Tools/conformance/compare_selection.py SPIN                   eight small models
    python Tools/conformance/compare_selection.py SPIN --model DIR --data privacy=F \\
        --data fairness=F --data general=F [--nsamples N] [--share X ...]

Without a model: random and briefly trained models of the four families are made here (fixed seeds).
Exits 1 if a single index differs.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch

import float64_model
import patch_file
import score_file
import select_reference
import selection
import tiny_models


def run(*command):
    """Runs a command; its standard output. Any failure ends the comparison."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit {result.returncode}\n{result.stderr}")
    return result.stdout


def selected(spin, model, scores, rule, p, q, out):
    """Matrix to flat indices of the patch that `spin select` writes."""
    run(spin, "select", model, "--scores", scores, "--pair", "privacy,fairness", "--general",
        "general", "--p", repr(p), "--q", repr(q), "--rule", rule, "--target-module", "all",
        "--out", out)
    return patch_file.indices(out)


def compare_scores(scores, reference, shares):
    """Compares score files with the reference; the number of top sets that differ."""
    worst, differing, sets = 0.0, 0, 0
    for data, matrices in reference.items():
        kept = score_file.read(scores / f"{data}.safetensors")
        worst = max(worst, score_file.largest_error(kept, matrices))
        for share in sorted({share for pair in shares for share in pair}):
            for name, exact in matrices.items():
                expected = selection.top(exact, share)
                sets += 1
                if not np.array_equal(score_file.top(kept[name], len(expected)), expected):
                    differing += 1
                    print(f"    {data} {name} top {share:g}: last inside, first outside, ties "
                          f"{selection.margin(exact, share)}")
    print(f"  {sets} top sets, {differing} differ; largest relative error of a score {worst:.1e}")
    return differing


def compare(spin, model, files, nsamples, seed, shares, label, scores_only):
    """Prints one line per rule and share; the number of matrices whose sets differ."""
    attention = float64_model.attention_of(_model_type(model))
    reference, facts = select_reference.score(
        model, files, nsamples, seed, overflow="truncate")
    float64_model.restore_attention(_model_type(model), attention)
    truncated = sum(fact["truncated"] for fact in facts.values())
    tokens = sum(fact["tokens"] for fact in facts.values())
    print(f"{label}: {tokens} tokens, {truncated} samples truncated")
    differing = 0
    with tempfile.TemporaryDirectory() as temporary:
        scores = pathlib.Path(temporary) / "scores"
        data = [part for name, path in files.items() for part in ("--data", f"{name}={path}")]
        run(spin, "score", model, *data, "--out", scores, "--nsamples", nsamples, "--seed", seed,
            "--target-module", "all", "--overflow", "truncate")
        differing += compare_scores(scores, reference, shares)
        for p, q in [] if scores_only else shares:
            for rule in selection.RULES:
                expected = select_reference.select(reference, rule, p, q)
                patch = pathlib.Path(temporary) / f"{rule}-{p}-{q}.json"
                found = selected(spin, model, scores, rule, p, q, patch)
                differing += report(rule, p, q, expected, found, reference)
    return differing


def report(rule, p, q, expected, found, reference):
    """Prints the comparison of one selection; the number of matrices that differ."""
    total = sum(len(indices) for indices in expected.values())
    wrong = [
        name for name in set(expected) | set(found)
        if not np.array_equal(expected.get(name, []), found.get(name, []))
    ]
    verdict = "identical" if not wrong else f"{len(wrong)} matrices differ"
    print(f"  p {p:g} q {q:g} {rule:14} {total:6} weights: {verdict}")
    for name in sorted(wrong):
        mine, theirs = set(map(int, expected.get(name, []))), set(map(int, found.get(name, [])))
        print(f"    {name}: missing {sorted(mine - theirs)[:8]} extra {sorted(theirs - mine)[:8]}")
        for data, share in (("privacy", q), ("fairness", q), ("general", p)):
            if name in reference[data]:
                print(f"      {data}: last inside, first outside, ties "
                      f"{selection.margin(reference[data][name], share)}")
    return len(wrong)


def _model_type(model):
    return json.loads((pathlib.Path(model) / "config.json").read_text())["model_type"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path, help="path of the spin executable")
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--data", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--nsamples", type=int, default=48)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, action="append", help="p = q; repeatable")
    parser.add_argument("--steps", type=int, default=250, help="of training")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scores-only", action="store_true", help="do not run spin select")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    shares = [(share, share) for share in arguments.share or [1e-3, 1e-2, 5e-2]]
    if arguments.model:
        files = select_reference.named_files(arguments.data)
        sys.exit(1 if compare(arguments.spin, arguments.model, files, arguments.nsamples,
                              arguments.seed, shares, arguments.model.name,
                              arguments.scores_only) else 0)
    shares.append((0.02, 0.05))
    differing = 0
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        files, pairs = tiny_models.write_data(root)
        for family in tiny_models.FAMILIES:
            for steps in (0, arguments.steps):
                label = f"{family}, " + (f"trained for {steps} steps" if steps else "random")
                directory = root / f"{family}-{steps}"
                tiny_models.write_model(family, directory, pairs, steps)
                differing += compare(arguments.spin, directory, files, arguments.nsamples,
                                     arguments.seed, shares, label, arguments.scores_only)
    print("all identical" if differing == 0 else f"{differing} comparisons differ")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
