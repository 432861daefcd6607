# SPDX-License-Identifier: Apache-2.0
"""Compares `spin evaluate coupling` with transformers' hidden states and NumPy, both in float64.

    python Tools/conformance/compare_coupling.py SPIN [MODEL ..] [--privacy CSV --fairness CSV]

Without models the small ones of Tests/Fixtures take part, with a tokenizer of letters and questions
made here; with models and the two files, those. Each is measured untouched and with a patch that the
program itself makes, on 40 pairs and 30 other pairings. Compared are all values of both sides, the
p-values, and the summaries of the permuted values.

Hidden states of the program are Float32 and differ from float64 ones by up to 1e-6 of their size, each
in its own direction. HSIC of a wide kernel is a product of two variances of the states, linear CKA a
ratio of such, in which most of that cancels: 2e-6 is allowed. The normalized estimate raises what is
small beside eps n: 1e-5. (In float64 too transformers computes norms, softmax and angles in float32.)
A p-value counts permuted values: it is the same but where one of them lies closer to the value than
that error, so that a difference of 1 in 31 is allowed.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
COUNT, PERMUTATIONS, SEED = 40, 30, 3
SIGMAS = (50.0, 2.0)
TOLERANCES = {"hsic": 2e-6, "cka": 2e-6, "hsic_normalized": 1e-5}


def run(*command):
    return subprocess.run(
        [str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def questions(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [row["questions"] for row in csv.DictReader(file)]


def drawn(texts):
    order = np.random.default_rng(SEED).permutation(len(texts))[:COUNT]
    return [texts[i] for i in order]


def states(model, tokenizer, texts):
    """Mean and last token of the residual stream behind each block: [layers][texts, width]."""
    found = [[] for _ in model.model.layers]
    hooks = [
        block.register_forward_hook(
            lambda _, __, output, place=place: found[place].append(
                (output if torch.is_tensor(output) else output[0])[0].double().numpy()))
        for place, block in enumerate(model.model.layers)
    ]
    with torch.no_grad():
        for text in texts:
            model(tokenizer(text, return_tensors="pt").input_ids)
    for hook in hooks:
        hook.remove()
    return [(np.stack([t.mean(0) for t in layer]), np.stack([t[-1] for t in layer]))
            for layer in found]


def distances(x):
    return ((x[:, None] - x[None]) ** 2).sum(-1)


def gretton(x, y, sigma):
    n = len(x)
    h = np.eye(n) - 1 / n
    # K - 1 in place of K, which H takes away: 1 - 1e-10 has too few digits even in float64.
    k, l = (np.expm1(-distances(v) / (2 * sigma**2)) for v in (x, y))
    return np.trace(k @ h @ l @ h) / (n - 1) ** 2


def normalized(x, y, sigma):
    n = len(x)

    def ratio(v):
        kernel = np.expm1(-distances(v) / (2 * sigma**2 * v.shape[1])) @ (np.eye(n) - 1 / n)
        return kernel @ np.linalg.inv(kernel + 1e-5 * n * np.eye(n))

    return (ratio(x) * ratio(y).T).sum()


def alignment(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return (np.linalg.norm(y.T @ x) ** 2
            / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)))


def measures(privacy, fairness):
    """What coupling.json should say of one side, by layer."""
    draws = np.random.default_rng(SEED)
    pairings = [draws.permutation(COUNT) for _ in range(PERMUTATIONS)]
    layers = []
    for (mean, last), (other_mean, other_last) in zip(privacy, fairness):
        functions = {
            "hsic": lambda p: gretton(mean, other_mean[p], SIGMAS[0]),
            "hsic_normalized": lambda p: normalized(last, other_last[p], SIGMAS[0]),
            "cka": lambda p: alignment(mean, other_mean[p]),
        }
        values, nulls = {}, {}
        for name, function in functions.items():
            values[name] = function(np.arange(COUNT))
            permuted = np.array([function(p) for p in pairings])
            low, middle, high = np.quantile(permuted, [0.05, 0.5, 0.95])
            nulls[name] = {
                "mean": permuted.mean(), "q05": low, "q50": middle, "q95": high,
                "p_value": (1 + (permuted >= values[name]).sum()) / (1 + PERMUTATIONS)}
        sweep = {"hsic": gretton(mean, other_mean, SIGMAS[1]),
                 "hsic_normalized": normalized(last, other_last, SIGMAS[1])}
        layers.append({"values": values, "null": nulls, "sweep": sweep})
    return layers


def compare(side, found, expected):
    """The largest error of each measure in units of its tolerance, and wrong p-values."""
    worst, wrong = 0.0, 0
    for layer, reference in zip(found, expected, strict=True):
        pairs = []
        for name, tolerance in TOLERANCES.items():
            pairs.append((layer[side][name], reference["values"][name], tolerance))
            null = layer["null"][side][name]
            for key in ("mean", "q05", "q50", "q95"):
                pairs.append((null[key], reference["null"][name][key], tolerance))
            steps = abs(null["p_value"] - reference["null"][name]["p_value"]) * (1 + PERMUTATIONS)
            wrong += steps > 1.5
            if name in reference["sweep"]:
                pairs.append((layer["sweep"][side][0][name], reference["sweep"][name], tolerance))
        worst = max([worst] + [abs(a / b - 1) / tolerance for a, b, tolerance in pairs])
    return worst, wrong


def letters_tokenizer(path):
    """Byte-level BPE without merges: every fixture has more ids than it."""
    symbols = ["<s>", "?", "\u0120"] + [chr(c) for c in range(ord("a"), ord("z") + 1)]
    (path / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                          "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                    "use_regex": True},
        "model": {"type": "BPE", "unk_token": None, "byte_fallback": False,
                  "ignore_merges": False, "merges": [],
                  "vocab": {symbol: place for place, symbol in enumerate(symbols)}}}))
    (path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))


def made_up(seed):
    """Questions of 5 to 20 letters and spaces."""
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz  "), rng.integers(5, 20))).strip()
            or "a" for _ in range(90)]


def check(spin, model, files, temporary):
    # Equal samples in files that differ: one file under three names is refused.
    for name in ("privacy", "fairness", "general"):
        (temporary / f"{name}.csv").write_text("prompt,response,set\n" + "".join(
            f"what is {c},it is {c},{name}\n" for c in "abcdefghijklmnopqrst"))
    data = [f"--data={n}={temporary}/{n}.csv" for n in ("privacy", "fairness", "general")]
    scores, patch, copy = (temporary / name for name in ("scores", "patch.json", "copy"))
    run(spin, "score", model, *data, "--nsamples", 8, "--out", scores, "-q")
    run(spin, "select", model, "--scores", scores, "--rule", "no-general", "--count", 2, "--out",
        patch)
    run(spin, "patch", "apply", model, patch, "--out", copy)
    result = json.loads(run(
        spin, "evaluate", "coupling", model, "--patch", patch,
        *(f"--pair={name}={path}" for name, path in files.items()), "--count", COUNT, "--seed",
        SEED, "--permutations", PERMUTATIONS, "--sigma", SIGMAS[0], "--sweep", SIGMAS[1],
        "--json", "--quiet"))
    lines, failures = [], 0
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    texts = [drawn(questions(path)) for path in files.values()]
    for side, path in (("before", model), ("after", copy)):
        loaded = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float64).eval()
        expected = measures(*(states(loaded, tokenizer, part) for part in texts))
        worst, wrong = compare(side, result["layers"], expected)
        failures += (worst > 1) + wrong
        lines.append(f"{side} {worst:.2f} of the tolerance, {wrong} p-values differ")
    print(f"{pathlib.Path(model).name}: {len(result['layers'])} layers; {'; '.join(lines)}"
          f"{'  FAILED' if failures else ''}")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin")
    parser.add_argument("models", nargs="*")
    parser.add_argument("--privacy")
    parser.add_argument("--fairness")
    arguments = parser.parse_args()
    if bool(arguments.models) != bool(arguments.privacy and arguments.fairness):
        parser.error("models need --privacy and --fairness, and these need models")
    failures = 0
    models = arguments.models or sorted((ROOT / "Tests" / "Fixtures" / "models").iterdir())
    for model in models:
        with tempfile.TemporaryDirectory() as name:
            temporary = pathlib.Path(name)
            files = {"privacy": arguments.privacy, "fairness": arguments.fairness}
            if not arguments.models:
                fixture, model = model, temporary / model.name
                model.mkdir()
                for file in fixture.iterdir():
                    if file.name.startswith(("model", "config")):
                        (model / file.name).symlink_to(file)
                letters_tokenizer(model)
                for seed, kind in enumerate(files):
                    files[kind] = temporary / f"{kind}-questions.csv"
                    files[kind].write_text("\n".join(["questions"] + made_up(seed)) + "\n")
            failures += check(arguments.spin, model, files, temporary)
    sys.exit(1 if failures else 0)


main()
