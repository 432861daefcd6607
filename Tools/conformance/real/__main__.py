# SPDX-License-Identifier: Apache-2.0
"""Compares the program on a real chat model with transformers and with float64.

    python Tools/conformance/real SPIN MODEL GGUF                 all parts, then the report
    python Tools/conformance/real SPIN MODEL GGUF --part greedy   one part; repeatable
    python Tools/conformance/real SPIN MODEL GGUF --report        the report of what was compared

MODEL is what `spin model import GGUF --out MODEL` wrote (`make real-model`). Results of parts are kept
in .build/conformance-real; the report goes to docs/conformance-real.md. Exits 1 if anything differs.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import torch

import parts
import report


def compare(name, arguments):
    """Compares one part and keeps the result."""
    print(f"{name} ..", flush=True)
    start = time.monotonic()
    facts, differences = parts.PARTS[name](arguments)
    result = {
        "part": name, "facts": facts, "differences": differences[:20],
        "seconds": round(time.monotonic() - start),
    }
    (arguments.results / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(facts, indent=1))
    if differences:
        print(f"different: {json.dumps(differences[:20], indent=1)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("gguf", type=pathlib.Path)
    parser.add_argument("--part", action="append", choices=list(parts.PARTS))
    parser.add_argument("--report", action="store_true", help="compare nothing")
    parser.add_argument("--probe", default=".build/release/tokenizer-probe")
    parser.add_argument("--results", default=".build/conformance-real", type=pathlib.Path)
    parser.add_argument("--out", default="docs/conformance-real.md", type=pathlib.Path)
    parser.add_argument("--strings", type=int, default=20000)
    parser.add_argument("--conversation-seeds", type=int, default=20)
    parser.add_argument("--windows", type=int, default=20)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--nsamples", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.results.mkdir(parents=True, exist_ok=True)
    names = [] if arguments.report else arguments.part or list(parts.PARTS)
    if len(names) == 1:
        compare(names[0], arguments)
    else:
        for name in names:
            # A process a part: float64 models replace functions of transformers, and take memory.
            subprocess.run([sys.executable, *sys.argv, "--part", name], check=False)
    sys.exit(1 if report.write(arguments, list(parts.PARTS)) else 0)


main()
