# SPDX-License-Identifier: Apache-2.0
"""Times `spin generate` beside transformers and llama.cpp and writes Benchmarks/results/generation.json.

    python Benchmarks/run_generation.py SPIN [--work DIR] [--threads 1,2] [--rounds 2]

Greedy decoding of the 0.5B shape at batch 1, 16 and 64, and prompt tokens per second, of spin (bf16
weights as they lie in the file), of transformers in float32 and bfloat16, and of llama.cpp with the same
bfloat16 weights as GGUF. Programs alternate within a round; the best of each counts and all runs are
recorded. Reading memory is timed in every round too: at batch 1 each token reads every matrix once, so bytes of the matrices times tokens per
second is a share of it. Decoding is the time of the whole less that of one token, for all programs,
so loading and prompt are not in it. The checkpoint is given no token that ends a text.
"""

import argparse
import csv
import datetime
import json
import os
import pathlib
import platform
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE / "peers"
MODEL = "qwen2-0.5b"
DECODED_WORDS, PROMPT_WORDS = 12, 300


def run(command):
    """(standard output, seconds); ends on a failure."""
    begin = time.perf_counter()
    process = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit {process.returncode}\n"
                 f"{process.stderr[-2000:]}")
    return process.stdout, time.perf_counter() - begin


def endless(work):
    """The checkpoint without a token that ends texts, beside the original."""
    folder = work / f"{MODEL}-endless"
    folder.mkdir(exist_ok=True)
    for file in (work / MODEL).iterdir():
        link = folder / file.name
        if file.name != "generation_config.json" and not link.exists():
            link.symlink_to(file.resolve())
    (folder / "generation_config.json").write_text('{"eos_token_id": []}\n')
    return folder


def matrix_bytes(model):
    """Bytes that one token reads: every matrix once; the embedding is also the output layer."""
    with open(model / "model.safetensors", "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    return sum(entry["data_offsets"][1] - entry["data_offsets"][0]
               for name, entry in header.items()
               if name != "__metadata__" and len(entry["shape"]) == 2)


def write_prompts(work, name, words, count):
    """The same prompt `count` times: equally many tokens, so that nobody has to pad."""
    with open(work / "fairness.csv", encoding="utf-8", newline="") as file:
        text = " ".join(row["response"] for row in csv.DictReader(file))
    path = work / f"{name}.txt"
    path.write_text((" ".join(text.split()[:words]) + "\n") * count, encoding="utf-8")
    return path


def spin_seconds(arguments, model, prompts, batch, threads, count):
    """Wall time of one run, checked to have made as many tokens as asked."""
    output, seconds = run([
        arguments.spin, "generate", model, "--prompts", prompts, "--max-new-tokens", count,
        "--batch-size", batch, "--threads", threads, "--json", "--quiet"])
    lengths = [len(json.loads(line)["tokens"]) for line in output.splitlines()]
    if lengths != [count] * batch:
        sys.exit(f"spin made {lengths} tokens, expected {batch} times {count}")
    return seconds


def run_spin(arguments, model, prompts, batch, threads, count):
    """Tokens per second of `spin generate` after the first token."""
    first = min(spin_seconds(arguments, model, prompts, batch, threads, 1) for _ in range(2))
    whole = min(spin_seconds(arguments, model, prompts, batch, threads, count) for _ in range(2))
    return {"program": "spin", "batch": batch, "threads": threads,
            "tokens_per_second": round(batch * (count - 1) / (whole - first), 2)}


def run_spin_prompt(arguments, model, prompts, short, batch, threads, tokens):
    """Prompt tokens per second: long prompts less one short one, which takes up the loading."""
    loading = min(spin_seconds(arguments, model, short, 1, threads, 1) for _ in range(2))
    whole = min(spin_seconds(arguments, model, prompts, batch, threads, 1) for _ in range(2))
    return {"program": "spin", "batch": batch, "threads": threads, "prompt_tokens": tokens,
            "prompt_tokens_per_second": round(tokens / (whole - loading), 2)}


def run_transformers(model, prompts, dtype, threads, count):
    output, _ = run([
        sys.executable, PEERS / "generate.py", model, "--prompts", prompts, "--dtype", dtype,
        "--threads", threads, "--new-tokens", count])
    return json.loads(output.splitlines()[-1])


def run_llama_cpp(model, prompts, threads, count):
    output, _ = run([
        sys.executable, PEERS / "llama_cpp.py", model, "--prompts", prompts, "--threads", threads,
        "--new-tokens", count])
    return json.loads(output.splitlines()[-1])


def peers(arguments, model, prompts, threads, count):
    """What the other programs measure."""
    for dtype in filter(None, arguments.dtypes.split(",")):
        yield run_transformers(model, prompts, dtype, threads, count)
    if not arguments.without_llama_cpp:
        yield run_llama_cpp(model, prompts, threads, count)


def best(runs, key, program, **wanted):
    """The highest rate of a program; None if it did not run."""
    return max((r[key] for r in runs if key in r and r["program"].startswith(program)
                and all(r.get(name) == value for name, value in wanted.items())), default=None)


def measure(arguments, model, bandwidth, threads):
    """All rounds of one thread count."""
    runs = []

    def record(result, kind):
        runs.append(result | {"kind": kind})
        print(json.dumps(runs[-1]), flush=True)

    short = write_prompts(arguments.work, "short", DECODED_WORDS, 1)
    long = write_prompts(arguments.work, "long", PROMPT_WORDS, 4)
    for _ in range(arguments.rounds):
        output, _ = run([bandwidth, threads, 1024, 5])
        record({"program": "read_bandwidth", "threads": threads,
                "gb_per_second": float(output)}, "bandwidth")
        for batch in map(int, arguments.batches.split(",")):
            prompts = write_prompts(arguments.work, f"decode-{batch}", DECODED_WORDS, batch)
            count = arguments.new_tokens
            for result in peers(arguments, model, prompts, threads, count):
                record(result, "decode")
            record(run_spin(arguments, model, prompts, batch, threads, count), "decode")
        for result in peers(arguments, model, long, threads, 1):
            record(result, "prompt")
        record(run_spin_prompt(
            arguments, model, long, short, 4, threads, runs[-1]["prompt_tokens"]), "prompt")
    return runs


def beside(runs, key, **wanted):
    """The best rate of spin and of the other programs, and its ratio to theirs."""
    ours = best(runs, key, "spin", **wanted)
    row = {"spin": ours}
    for name in ("transformers", "llama.cpp"):
        theirs = best(runs, key, name, **wanted)
        if theirs is not None:
            row |= {f"{name}_best": theirs, f"times_{name}": round(ours / theirs, 2)}
    return row


def summary(runs, size, threads):
    """Best rates and their ratios."""
    rate = best(runs, "gb_per_second", "read_bandwidth")
    line = {"threads": threads, "read_gb_per_second": rate, "matrix_bytes": size, "decode": {}}
    decoded = [r for r in runs if r["kind"] == "decode"]
    for batch in sorted({r["batch"] for r in decoded}):
        row = beside(decoded, "tokens_per_second", batch=batch)
        line["decode"][str(batch)] = row
        if batch == 1:
            line["share_of_read_bandwidth"] = round(1e-9 * row["spin"] * size / rate, 3)
    line["prompt"] = beside([r for r in runs if r["kind"] == "prompt"], "prompt_tokens_per_second")
    return line


def processor():
    try:
        for line in open("/proc/cpuinfo", encoding="ascii", errors="replace"):
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except FileNotFoundError:
        pass
    return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path, help="path of the spin executable")
    parser.add_argument("--work", type=pathlib.Path, help="where the model is made and kept")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--batches", default="1,16,64")
    parser.add_argument("--dtypes", default="float32,bfloat16")
    parser.add_argument("--without-llama-cpp", action="store_true")
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "results" / "generation.json")
    arguments = parser.parse_args()
    if arguments.new_tokens < 2:
        parser.error("--new-tokens must be at least 2: the first one is not counted")
    arguments.work = arguments.work or pathlib.Path(tempfile.gettempdir()) / "spin-benchmark"
    if not (arguments.work / MODEL / "model.safetensors").exists():
        run([sys.executable, PEERS / "make_models.py", arguments.work, "--only", MODEL])
    bandwidth = arguments.work / "read_bandwidth"
    run([os.environ.get("CC", "clang"), "-O3", "-march=native", "-pthread",
         PEERS / "read_bandwidth.c", "-o", bandwidth])
    model = endless(arguments.work)
    size = matrix_bytes(model)
    runs, lines = [], []
    for threads in map(int, arguments.threads.split(",")):
        runs_now = measure(arguments, model, bandwidth, threads)
        lines.append(summary(runs_now, size, threads))
        runs += runs_now
        print(json.dumps(lines[-1], indent=1), flush=True)
    report = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {"processor": processor(), "cores": os.cpu_count(),
                    "system": platform.platform()},
        "load_average_at_end": os.getloadavg(), "model": MODEL,
        "new_tokens": arguments.new_tokens, "summary": lines, "runs": runs,
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n")
    print(arguments.out)


if __name__ == "__main__":
    main()
