# SPDX-License-Identifier: Apache-2.0
"""Importance and selected sets of a checkpoint in float64 PyTorch, independent of the Swift engine.

    python Tools/conformance/select_reference.py MODEL --data privacy=F --data fairness=F \\
        --data general=F [--nsamples 128 --seed 0 --share 1e-3 --share 1e-4 --out FILE]

Details that decide the result:
- rows: the first n of `default_rng(seed).permutation(N)`;
- prompt and response are tokenized separately as raw text with the tokenizer's own special tokens;
  of the response's tokens only a leading BOS is dropped (`--first-response-token`);
- a sample longer than `max_position_embeddings` keeps its first tokens: the response is cut, and a
  sample whose prompt fills the window contributes nothing;
- loss: mean over the response tokens of one sample; absolute gradients are summed over samples;
- each set has `int(share * out * in)` entries, score descending, then flat index ascending.

On the stories260K checkpoint with the CSV files published with SPIN (n = 128, seed 0, all matrices;
privacy and fairness `beaver_train330k_*_safe_1k`, general `alpaca_cleaned_no_safety_train_1k`)
`--expect-published` asserts 19 (paper) and 55 (released code) at p = q = 1e-3, 0 and 5 at 1e-4.
"""

import argparse
import json
import pathlib
import sys
import time

import torch

import calibration
import float64_model
import selection

PUBLISHED = {
    ("paper", 1e-3): 19, ("released-code", 1e-3): 55,
    ("paper", 1e-4): 0, ("released-code", 1e-4): 5,
}


def score(directory, files, nsamples, seed, target="all", overflow="error",
          first_response_token="bos", exact=True, dtype=torch.float64, say=None):
    """Data set to matrix to importance (NumPy, float64), and facts on the samples."""
    model = float64_model.load(directory, exact=exact, dtype=dtype)
    matrices = float64_model.edited_matrices(model, target)
    scores, facts = {}, {}
    for name, path in files.items():
        reader = calibration.Samples(directory, overflow, first_response_token)
        samples = reader.read(path, nsamples, seed)
        values = float64_model.importance(model, matrices, samples)
        scores[name] = {key: value.double().numpy() for key, value in values.items()}
        facts[name] = {
            "samples": len(samples),
            "tokens": sum(len(ids) for ids, _ in samples),
            "response_tokens": sum(len(ids) - prompt for ids, prompt in samples),
            "truncated": reader.truncated,
            "without_response": reader.without_response,
        }
        if say:
            say(f"{name}: {facts[name]}")
    return scores, facts


def select(scores, rule, p, q, first="privacy", second="fairness", general="general"):
    """Matrix to selected flat indices, ascending."""
    function = selection.RULES[rule]
    return {
        name: function(scores[first][name], scores[second][name], scores[general][name], p, q)
        for name in scores[first]
    }


def total_nll(directory, sentence, exact=True, dtype=torch.float64):
    """Summed negative log-likelihood of a sentence's tokens but the first, and their number."""
    model = float64_model.load(directory, exact=exact, dtype=dtype)
    ids = calibration.Samples(directory).tokenizer.encode(sentence).ids
    with torch.no_grad():
        logits = float64_model.forward(model, ids)
        mean = float64_model.response_loss(logits, ids, 1)
    return mean.item() * (len(ids) - 1), len(ids)


def named_files(pairs):
    return dict(pair.split("=", 1) for pair in pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--data", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--nsamples", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, action="append", help="p = q; repeatable")
    parser.add_argument("--target-module", default="all", choices=["mlp", "self_attn", "all"])
    parser.add_argument("--overflow", default="truncate", choices=["error", "truncate"])
    parser.add_argument("--first-response-token", default="bos", choices=["bos", "drop", "keep"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--expect-published", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    if (arguments.model / "golden.json").exists():
        golden = json.loads((arguments.model / "golden.json").read_text())
        nll, count = total_nll(arguments.model, golden["sentence"])
        print(f"total NLL {nll:.6f} over {count} tokens, published {golden['nll']}")
    if not arguments.data:
        return

    start = time.monotonic()
    scores, facts = score(
        arguments.model, named_files(arguments.data), arguments.nsamples, arguments.seed,
        arguments.target_module, arguments.overflow, arguments.first_response_token, say=print)
    print(f"scored in {time.monotonic() - start:.1f} s")
    cases, wrong = [], 0
    for share in arguments.share or [1e-3, 1e-4]:
        for rule in selection.RULES:
            sets = select(scores, rule, share, share)
            count = sum(len(indices) for indices in sets.values())
            expected = PUBLISHED.get((rule, share)) if arguments.expect_published else None
            note = "" if expected is None else f" (published {expected})"
            wrong += expected is not None and expected != count
            print(f"p = q = {share:g}  {rule:14} {count}{note}")
            cases.append({
                "rule": rule, "p": share, "q": share,
                "selected": {name: indices.tolist() for name, indices in sets.items()},
            })
    if arguments.out:
        arguments.out.write_text(json.dumps({"samples": facts, "selections": cases}, indent=1))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
