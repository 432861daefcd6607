# SPDX-License-Identifier: Apache-2.0
"""Writes docs/conformance-real.md from the results of the parts."""

import json
import os
import platform
import subprocess

import tokenizers
import torch
import transformers

TITLES = {
    "weights": ("Imported weights", "the same GGUF file read by transformers and rounded to bfloat16"),
    "tokens": ("Token ids", "the package `tokenizers` with the file's vocabulary and the model's own pre-tokenizer. "
               "Compared are ids with and without special tokens, and decoded text"),
    "chat": ("Chat rendering", "`apply_chat_template` of transformers"),
    "perplexity": ("Perplexity", "the model computed in float64 throughout"),
    "greedy": ("Greedy chat answers", "transformers in float32 with the same weights; float64 decides if they differ"),
    "selected": ("Selected weights", "importance computed in float64 throughout, and the rules in NumPy"),
}


def text(value):
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, str) else json.dumps(value)


def write(arguments, names):
    """Writes the report; whether a part differs or is missing."""
    results = {}
    for name in names:
        path = arguments.results / f"{name}.json"
        if path.exists():
            results[name] = json.loads(path.read_text())
    failed = [name for name in names if name not in results or results[name]["differences"]]
    digest = subprocess.run(
        ["sha256sum", arguments.model / "model.safetensors"], capture_output=True, text=True)
    lines = [
        "# A real model, compared", "",
        "`make conformance-real` writes this page. The model is SmolLM2-135M-Instruct, imported from the "
        f"GGUF file that `make real-model` fetches (`{arguments.gguf.name}`); SHA-256 of its weights "
        f"`{digest.stdout.split()[0]}`. spin {version(arguments.spin)}, transformers "
        f"{transformers.__version__}, tokenizers {tokenizers.__version__}, PyTorch "
        f"{torch.__version__.split('+')[0]}; {platform.machine()}, {os.cpu_count()} processors.", "",
        "| part | result | time |", "|---|---|---|",
    ]
    for name in names:
        title, _ = TITLES[name]
        if name not in results:
            lines.append(f"| {title} | not compared | |")
            continue
        result = results[name]
        verdict = "differs" if result["differences"] else "equal"
        lines.append(f"| {title} | {verdict} | {result['seconds']} s |")
    for name, result in results.items():
        title, reference = TITLES[name]
        lines += ["", f"## {title}", "", f"Reference: {reference}.", ""]
        lines += [f"- {key}: {text(value)}" for key, value in result["facts"].items()]
        lines += [f"- different: {text(item)}" for item in result["differences"]]
    arguments.out.write_text("\n".join(lines) + "\n")
    print(f"{arguments.out}: {len(names) - len(failed)} of {len(names)} parts equal")
    return bool(failed)


def version(spin):
    return subprocess.run([spin, "--version"], capture_output=True, text=True).stdout.strip()
