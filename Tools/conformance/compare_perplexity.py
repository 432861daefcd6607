# SPDX-License-Identifier: Apache-2.0
"""Compares `spin evaluate perplexity` and `divergence` with transformers in float64.

    python Tools/conformance/compare_perplexity.py SPIN MODEL TEXT [--window 512] [--limit 40]

The perplexity of the untouched and of an edited model has to agree to 5 digits, and the mean
divergence to 4 (a difference of logarithms that agree to 6). The edit zeroes two weights of each
feed-forward matrix by a patch that the program itself makes.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers


def run(*command):
    return subprocess.run(
        [str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def windows(path, text, window, limit):
    tokenizer = transformers.AutoTokenizer.from_pretrained(path)
    ids = tokenizer(text, return_tensors="pt").input_ids[0]
    count = min(limit, len(ids) // window)
    return [ids[i * window : (i + 1) * window][None] for i in range(count)]


def evaluate(path, parts, window):
    """The reference's perplexity, and the logarithms of all next-token probabilities."""
    model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float64).eval()
    total, logs = 0.0, []
    with torch.no_grad():
        for part in parts:
            logits = model(part).logits[0, :-1]
            loss = torch.nn.functional.cross_entropy(logits, part[0, 1:])
            total += float(loss) * window
            logs.append(logits.log_softmax(-1))
    return math.exp(total / (len(parts) * window)), torch.cat(logs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin")
    parser.add_argument("model")
    parser.add_argument("text")
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--limit", type=int, default=40)
    arguments = parser.parse_args()
    spin, model = arguments.spin, arguments.model
    text = pathlib.Path(arguments.text).read_text(encoding="utf-8")
    parts = windows(model, text, arguments.window, arguments.limit)
    options = ["--text", arguments.text, "--window", arguments.window, "--limit", arguments.limit,
               "--json", "--quiet"]
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        rows = "prompt,response\n" + "".join(f"what is {i}?,it is {i}.\n" for i in range(20))
        # Equal samples in files that differ: one file under three names is refused.
        for name in ("privacy", "fairness", "general"):
            head, *lines = rows.splitlines()
            text = "".join(f"{line},{name}\n" for line in lines)
            pathlib.Path(temporary, f"{name}.csv").write_text(f"{head},set\n{text}")
        data = [f"--data={n}={temporary}/{n}.csv" for n in ("privacy", "fairness", "general")]
        run(spin, "score", model, *data, "--nsamples", 8, "--out", f"{temporary}/scores", "-q")
        run(spin, "select", model, "--scores", f"{temporary}/scores", "--rule", "no-general",
            "--count", 2, "--out", f"{temporary}/patch.json")
        run(spin, "patch", "apply", model, f"{temporary}/patch.json", "--out", f"{temporary}/copy")
        result = json.loads(run(spin, "evaluate", "perplexity", model, "--patch",
                                f"{temporary}/patch.json", *options))
        moved = json.loads(run(spin, "evaluate", "divergence", model, "--patch",
                               f"{temporary}/patch.json", *options))["result"]
        before, p = evaluate(model, parts, arguments.window)
        after, q = evaluate(f"{temporary}/copy", parts, arguments.window)
    divergence = float((p.exp() * (p - q)).sum(-1).mean())
    for name, found, expected, tolerance in (
            ("before", result["before"]["perplexity"], before, 5e-6),
            ("after", result["after"]["perplexity"], after, 5e-6),
            ("divergence", moved["mean_kl"], divergence, 1e-4)):
        error = abs(found / expected - 1)
        failures += error > tolerance
        print(f"{name}: {found:.8g}, transformers {expected:.8g}, relative error {error:.1e}"
              f"{' (more than allowed)' if error > tolerance else ''}")
    print(f"{len(parts)} windows of {arguments.window}")
    sys.exit(1 if failures else 0)


main()
