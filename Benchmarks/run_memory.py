# SPDX-License-Identifier: Apache-2.0
"""Runs whole `spin run`s of a large model under small memory budgets, and says how much memory was resident.

    python Benchmarks/run_memory.py SPIN --tokenizer MODEL --data DIR --questions FILE --text FILE --task NAME=FILE
        [--budgets 600MB,1200MB,4GB] [--work DIR] [--out Benchmarks/results/memory.json]

The model has the architecture of a Llama with 680 million weights in bfloat16 (1.36 GB), all of them random, and the
tokenizer and chat template of MODEL (SmolLM2-135M-Instruct): memory does not depend on what the weights are.
Scores, answers, windows of a text, divergence and multiple choice are computed, before and after the edit. The
largest resident size is what the kernel counted (VmHWM), mapped pages included; results are compared across budgets.
"""

import argparse
import hashlib
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

import torch
from safetensors.torch import save_file

SHAPE = {
    "hidden_size": 1536, "intermediate_size": 4096, "num_hidden_layers": 24,
    "num_attention_heads": 24, "num_key_value_heads": 8, "head_dim": 64,
}


def make_model(source, target):
    """Random weights of the shape above with the vocabulary and the files of a real model."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.suffix in (".json", ".jinja", ".txt") and path.name != "model.safetensors.index.json":
            shutil.copy(path, target / path.name)
    config = json.loads((source / "config.json").read_text())
    config.update(SHAPE, torch_dtype="bfloat16")
    (target / "config.json").write_text(json.dumps(config, indent=2))
    hidden, inner = SHAPE["hidden_size"], SHAPE["intermediate_size"]
    keys = SHAPE["num_key_value_heads"] * SHAPE["head_dim"]
    torch.manual_seed(0)

    def matrix(rows, columns):
        return (torch.randn(rows, columns) * 0.02).to(torch.bfloat16)

    tensors = {
        "model.embed_tokens.weight": matrix(config["vocab_size"], hidden),
        "model.norm.weight": torch.ones(hidden, dtype=torch.bfloat16),
    }
    for layer in range(SHAPE["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        for name, rows, columns in [
            ("self_attn.q_proj", hidden, hidden), ("self_attn.k_proj", keys, hidden),
            ("self_attn.v_proj", keys, hidden), ("self_attn.o_proj", hidden, hidden),
            ("mlp.gate_proj", inner, hidden), ("mlp.up_proj", inner, hidden),
            ("mlp.down_proj", hidden, inner),
        ]:
            tensors[f"{prefix}{name}.weight"] = matrix(rows, columns)
        for name in ["input_layernorm", "post_attention_layernorm"]:
            tensors[f"{prefix}{name}.weight"] = torch.ones(hidden, dtype=torch.bfloat16)
    save_file(tensors, str(target / "model.safetensors"), metadata={"format": "pt"})


def peak_bytes(process):
    """The largest resident size so far, or nothing where the process has ended."""
    try:
        for line in open(f"/proc/{process.pid}/status", encoding="utf-8"):
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def run(command):
    """Seconds and largest resident size of a command."""
    start, peak = time.time(), 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while process.poll() is None:
        peak = max(peak, peak_bytes(process))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(process.stderr.read().decode())
    return time.time() - start, peak


def digests(folder):
    """The SHA-256 of what a run found, but for files that say how it went."""
    names = ["patch.json", "selection.json", "evaluation/awareness.json", "evaluation/perplexity.json",
             "evaluation/divergence.json", "evaluation/choices.json"]
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def main():
    """Measures one run a budget."""
    parser = argparse.ArgumentParser()
    parser.add_argument("spin")
    for name in ["tokenizer", "data", "questions", "text", "task"]:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--budgets", default="600MB,1200MB,4GB")
    parser.add_argument("--work")
    parser.add_argument("--out", default="Benchmarks/results/memory.json")
    arguments = parser.parse_args()
    work = pathlib.Path(arguments.work or tempfile.mkdtemp())
    model = work / "model"
    if not model.exists():
        make_model(pathlib.Path(arguments.tokenizer), model)
    data = pathlib.Path(arguments.data)
    task, file = arguments.task.split("=")
    files = {
        "privacy": "beaver_train330k_privacy_safe_1k.csv",
        "fairness": "beaver_train330k_fairness_safe_1k.csv",
        "general": "alpaca_cleaned_no_safety_train_1k.csv",
    }
    rows, expected = [], None
    for budget in arguments.budgets.split(","):
        out = work / f"run-{budget}"
        shutil.rmtree(out, ignore_errors=True)
        command = [arguments.spin, "run", str(model), "--out", str(out), "--max-memory", budget]
        for name, path in files.items():
            command += ["--data", f"{name}={data / path}"]
        command += [
            "--nsamples", "4", "--count", "20", "--question-limit", "12", "--max-new-tokens", "16",
            "--questions", f"fairness={arguments.questions}", "--text", arguments.text,
            "--text-limit", "2", "--task", task, "--task-data", f"{task}={file}",
            "--task-limit", "12", "--quiet",
        ]
        seconds, peak = run(command)
        found = digests(out)
        expected = expected or found
        number = float(budget.rstrip("MGB")) * (1e9 if "G" in budget else 1e6)
        row = {
            "budget_bytes": int(number), "peak_resident_bytes": peak,
            "ratio": round(peak / number, 3), "seconds": round(seconds, 1),
            "same_results": found == expected,
        }
        rows.append(row)
        print(row, flush=True)
    weights = (model / "model.safetensors").stat().st_size
    pathlib.Path(arguments.out).write_text(json.dumps({
        "what": "peak resident bytes of spin run under a budget", "model_bytes": weights,
        "shape": SHAPE, "runs": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
