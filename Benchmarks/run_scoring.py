# SPDX-License-Identifier: Apache-2.0
"""Runs `spin score` and the PyTorch peers side by side and writes Benchmarks/results/scoring.json.

    python Benchmarks/run_scoring.py SPIN [--work DIR] [--threads 1,2] [--rounds 3]

Programs alternate within a round, so that a change in the machine's state meets all of them; the
best round of each counts and all are recorded. Run it with the Python of Tools/venv.sh.
Peak memory of every program is what the kernel reports at its end (ru_maxrss), in which mapped
files count as far as they were read. Nothing is extrapolated: the per-layer scheme runs on fewer
samples.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE / "peers"
DATA = ("privacy", "fairness", "general")
MODELS = ("qwen2-1024x4", "qwen2-0.5b")


def run(command):
    """(standard output, wall and processor seconds, peak resident bytes); ends on a failure."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (out, errors):
            file.seek(0)
        if process.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}\nexit {process.returncode}\n"
                     f"{errors.read().decode()[-2000:]}")
        processor = usage.ru_utime + usage.ru_stime
        return out.read().decode(), wall, processor, usage.ru_maxrss * 1024


def data_options(work):
    return [part for name in DATA for part in ("--data", f"{name}={work / name}.csv")]


def run_peer(program, work, model, threads, nsamples, *extra):
    """One run of a PyTorch peer, with the memory that the kernel reports."""
    output, wall, _, resident = run([
        sys.executable, PEERS / f"{program}.py", work / model, *data_options(work),
        "--nsamples", nsamples, "--threads", threads, *extra])
    result = json.loads(output.strip().splitlines()[-1])
    return result | {"wall_seconds": round(wall, 3), "peak_resident_bytes": resident}


def run_spin(spin, work, model, threads, nsamples, tokens, *extra):
    """One run of `spin score`; `tokens` are those that the peer counted for the same samples.

    `seconds` leaves out what a dry run does (reading and hashing the model, tokenizing), as the
    peers leave out loading; writing the scores is included.
    """
    with tempfile.TemporaryDirectory(dir=work) as temporary:
        command = [
            spin, "score", work / model, *data_options(work), "--out",
            pathlib.Path(temporary) / "scores", "--nsamples", nsamples, "--seed", 0,
            "--threads", threads, "--target-module", "all", "--overflow", "truncate", "--json",
            "--quiet", *extra]
        _, preparing, preparing_processor, _ = run([*command, "--dry-run"])
        output, wall, processor, resident = run(command)
    plan = json.loads(output)["plan"]
    if plan["tokens"] != tokens:
        sys.exit(f"spin counted {plan['tokens']} tokens, the peer {tokens}")
    seconds = wall - preparing
    return {
        "program": "spin", "model": model, "threads": threads, "target": "all",
        "nsamples": nsamples, "seconds": round(seconds, 3),
        "processor_seconds": round(processor - preparing_processor, 3),
        "wall_seconds": round(wall, 3), "preparing_seconds": round(preparing, 3), "tokens": tokens,
        "tokens_per_second": round(tokens / seconds, 2), "peak_resident_bytes": resident,
        "plan": plan,
    }


def best(results, program):
    """The fastest run of a program, None if it did not run."""
    runs = [r for r in results if r["program"] == program]
    return max(runs, key=lambda r: r["tokens_per_second"], default=None)


def summary(results, sgemm, parameters):
    """Ratios of the best runs of one model and thread count."""
    spin, one, hook, layer = (
        best(results, name) for name in ("spin", "one_pass", "one_pass_hook", "per_layer"))
    threads = one["threads"]
    line = {"model": one["model"], "threads": threads, "matrix_parameters": parameters}
    for name, result in (("spin", spin), ("one_pass", one), ("one_pass_hook", hook),
                         ("per_layer", layer)):
        if result:
            gflops = 6e-9 * result["tokens_per_second"] * parameters
            line[name] = {
                "tokens_per_second": result["tokens_per_second"],
                "processor_ms_per_token": round(
                    1e3 * result["processor_seconds"] / result["tokens"], 3),
                "peak_resident_mb": round(result["peak_resident_bytes"] / 2**20),
                "gflops_at_6": round(gflops, 1),
                "share_of_sgemm": round(gflops / sgemm[str(threads)], 3),
            }
    if spin:
        line["times_one_pass"] = round(spin["tokens_per_second"] / one["tokens_per_second"], 2)
        line["times_one_pass_hook"] = round(
            spin["tokens_per_second"] / hook["tokens_per_second"], 2)
        line["memory_of_one_pass_hook"] = round(
            spin["peak_resident_bytes"] / hook["peak_resident_bytes"], 3)
        line["memory_of_one_pass"] = round(
            spin["peak_resident_bytes"] / one["peak_resident_bytes"], 3)
        if layer:
            line["times_per_layer"] = round(
                spin["tokens_per_second"] / layer["tokens_per_second"], 2)
    return line


def measure(arguments, model, threads):
    """All rounds of one model and thread count."""
    work, results = arguments.work, []
    for _ in range(arguments.rounds):
        # The product rate is taken in every round too: it drifts with the machine as the rest does.
        output, *_ = run([sys.executable, PEERS / "sgemm.py", "--threads", threads])
        rate = json.loads(output)["gflops"][str(threads)]
        one = run_peer("one_pass", work, model, threads, arguments.nsamples)
        results.append(one | {"sgemm_gflops": rate})
        print(json.dumps(results[-1]), flush=True)
        hook = run_peer("one_pass", work, model, threads, arguments.nsamples, "--hook")
        results.append(hook | {"program": "one_pass_hook"})
        print(json.dumps(results[-1]), flush=True)
        if arguments.spin:
            results.append(run_spin(arguments.spin, work, model, threads, arguments.nsamples,
                                    one["tokens"], *arguments.spin_option))
            print(json.dumps(results[-1]), flush=True)
    if arguments.per_layer:
        results.append(run_peer("per_layer", work, model, threads, arguments.per_layer))
        print(json.dumps(results[-1]), flush=True)
    return results


def processor():
    for line in open("/proc/cpuinfo", encoding="ascii", errors="replace"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", nargs="?", type=pathlib.Path, help="path of the spin executable")
    parser.add_argument("--work", type=pathlib.Path, help="where models are made and kept")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--nsamples", type=int, default=16, help="of each of the three data sets")
    parser.add_argument("--per-layer", type=int, default=1,
                        help="samples of each data set for the per-layer scheme; 0 leaves it out")
    parser.add_argument("--spin-option", action="append", default=[],
                        help="passed on to spin score, as --spin-option=--max-memory=1G")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "results" / "scoring.json")
    arguments = parser.parse_args()
    arguments.work = arguments.work or pathlib.Path(tempfile.gettempdir()) / "spin-benchmark"
    for model in arguments.models.split(","):
        if not (arguments.work / model / "model.safetensors").exists():
            run([sys.executable, PEERS / "make_models.py", arguments.work, "--only", model])

    runs, lines = [], []
    for model in arguments.models.split(","):
        for threads in map(int, arguments.threads.split(",")):
            results = measure(arguments, model, threads)
            rates = [r["sgemm_gflops"] for r in results if "sgemm_gflops" in r]
            lines.append(summary(
                results, {str(threads): max(rates)}, results[0]["matrix_parameters"])
                | {"sgemm_gflops": max(rates)})
            runs += results
            print(json.dumps(lines[-1], indent=1), flush=True)
    report = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {
            "processor": processor(), "cores": os.cpu_count(), "system": platform.platform(),
            "free_disk_gb": round(shutil.disk_usage(arguments.work).free / 1e9),
        },
        "load_average_at_end": os.getloadavg(),
        "summary": lines, "runs": runs,
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n")
    print(arguments.out)


if __name__ == "__main__":
    main()
