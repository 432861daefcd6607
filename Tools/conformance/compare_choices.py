# SPDX-License-Identifier: Apache-2.0
"""Compares `spin evaluate choices` with transformers, item by item.

    python Tools/conformance/compare_choices.py SPIN [MODEL..] [--material ../shared/data]
        [--shots 0 2] [--limit 20]

For every item of all eight tasks: the log-likelihood of each choice, computed alone in float32 by
transformers from the texts in spin's samples, and from it both rankings. All rankings have to be
equal. Log-likelihoods may differ by 2e-5 of their size and 2e-5: sums of some hundred logarithms,
each of which two float32 programs give to about 1e-6. Without a model, small random ones of the four
families are made.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import choice_data
import numpy
import tiny_models
import torch
import transformers

RELATIVE, ABSOLUTE = 2e-5, 2e-5


def encode_pair(tokenizer, context, continuation):
    spaces = len(context) - len(context.rstrip())
    if spaces:
        context, continuation = context[:-spaces], context[-spaces:] + continuation
    whole = tokenizer.encode(context + continuation)
    start = tokenizer.encode(context)
    return start, whole[len(start):]


def likelihood(model, tokenizer, context, continuation):
    start, rest = encode_pair(tokenizer, context, continuation)
    tokens = (start + rest)[-(model.config.max_position_embeddings + 1):]
    with torch.no_grad():
        logits = model(torch.tensor([tokens[:-1]])).logits[0, -len(rest):]
    logs = logits.log_softmax(-1)
    targets = torch.tensor(rest)
    return float(logs.gather(1, targets[:, None]).double().sum()), bool(
        (logs.argmax(-1) == targets).all())


def compare(spin, path, files, shots, limit, counts):
    tokenizer = transformers.AutoTokenizer.from_pretrained(path)
    model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    command = [spin, "evaluate", "choices", path, "--num-fewshot", shots, "--limit", limit, "-q"]
    for task, paths in files.items():
        if task == "own":
            command += ["--task", paths["spin"]]
            continue
        command += ["--task", task, "--data", f"{task}={paths['spin']}"]
        if shots and paths["spin_train"]:
            command += ["--fewshot-data", f"{task}={paths['spin_train']}"]
    failures = 0
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([str(part) for part in command + ["--out", out]], check=True,
                       stdout=subprocess.DEVNULL)
        for samples in sorted(pathlib.Path(out).glob("*/samples_*.jsonl")):
            for line in samples.read_text().splitlines():
                item = json.loads(line)
                found = [float(response[0]) for response in item["filtered_resps"]]
                greedy = [response[1] == "True" for response in item["filtered_resps"]]
                pairs = [(a["arg_0"], a["arg_1"]) for a in item["arguments"].values()]
                expected = [likelihood(model, tokenizer, *pair) for pair in pairs]
                lengths = [len(continuation) - 1 for _, continuation in pairs]
                values = [value for value, _ in expected]
                for a, b in ((found, values), (numpy.divide(found, lengths),
                                               numpy.divide(values, lengths))):
                    if numpy.argmax(a) != numpy.argmax(b):
                        failures += 1
                        print(f"{samples.name} {item['doc_id']}: {found} {values}")
                error = max(abs(a - b) - RELATIVE * abs(b) for a, b in zip(found, values))
                if error > ABSOLUTE or greedy != [is_greedy for _, is_greedy in expected]:
                    failures += 1
                    print(f"{samples.name} {item['doc_id']}: {found} {expected}")
                counts["items"] += 1
                counts["choices"] += len(found)
                counts["largest"] = max(
                    counts["largest"], *(abs(a / b - 1) for a, b in zip(found, values)))
    return failures


def make_models(folder):
    """Random models with enough positions for the longest choice."""
    _, pairs = tiny_models.write_data(folder)
    for family, sizes in tiny_models.FAMILIES.items():
        sizes["max_position_embeddings"] = 512
        tiny_models.write_model(family, folder / family, pairs, steps=0)
    return [str(folder / family) for family in tiny_models.FAMILIES]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin")
    parser.add_argument("models", nargs="*")
    parser.add_argument("--material", type=pathlib.Path)
    parser.add_argument("--shots", type=int, nargs="+", default=[0, 2])
    parser.add_argument("--limit", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        files = choice_data.make(f"{folder}/data", arguments.material)
        for model in arguments.models or make_models(pathlib.Path(folder)):
            for shots in arguments.shots:
                counts = {"items": 0, "choices": 0, "largest": 0.0}
                failures += compare(arguments.spin, model, files, shots, arguments.limit, counts)
                print(f"{model}, {shots} examples: {counts['items']} items with "
                      f"{counts['choices']} choices, largest relative difference "
                      f"{counts['largest']:.1e}")
    print("all rankings are equal" if not failures else f"{failures} differences")
    sys.exit(1 if failures else 0)


main()
