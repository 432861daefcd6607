# SPDX-License-Identifier: Apache-2.0
"""Runs the whole job on a real model, whole on one thread and killed again and again on two.

    python Tools/conformance/kill_and_resume.py SPIN [--material ../shared] [--kills 12] [--seed 0]

`spin run` scores stories260K on SPIN's data, selects, and measures the edit on the SALAD questions,
WikiText-2 and some of HellaSwag. The second run gets SIGKILL after a random time, over and over, and is then left to
finish. Every file has to be the same, but for what manifests say of circumstances and for journals,
whose lines come in any order. Says so and ends well where the material is not there.
"""

import argparse
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command(spin, material, out, threads, options):
    data = material / "data" / "spin"
    return [
        str(spin), "run", str(material / "models" / "stories260K"),
        "--data", f"privacy={data / 'beaver_train330k_privacy_safe_1k.csv'}",
        "--data", f"fairness={data / 'beaver_train330k_fairness_safe_1k.csv'}",
        "--data", f"general={data / 'alpaca_cleaned_no_safety_train_1k.csv'}",
        "--target-module", "all", "--overflow", "truncate", "--p", "1e-3", "--q", "1e-3",
        "--questions", f"fairness={data / 'salad_fairness.csv'}",
        "--questions", f"privacy={data / 'salad_privacy.csv'}",
        "--text", str(material / "data" / "wikitext2" / "wikitext-2-raw-test.joined.txt"),
        "--coupling", "200",
        "--task", "hellaswag", "--task-limit", "100", "--task-data",
        f"hellaswag={material / 'data' / 'hellaswag' / 'hellaswag_val.jsonl'}",
        "--save-model", "--threads", str(threads), "--out", str(out), *options]


def contents(folder):
    """File name to bytes; of manifests what decides and what came out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        # Journals; files in lm-eval's shape and reports, which carry the time; the model card, which
        # shows the command.
        passing = (".", "results_", "samples_", "report.", "README.md")
        if not path.is_file() or path.name.startswith(passing):
            continue
        name = str(path.relative_to(folder))
        if name == "manifest.json":
            manifest = json.loads(path.read_text())
            kept = {key: manifest[key] for key in ("identity", "results", "outputs")}
            found[name] = json.dumps(kept, sort_keys=True).encode()
        else:
            found[name] = path.read_bytes()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path)
    parser.add_argument("--material", type=pathlib.Path, default=ROOT.parent / "shared")
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--option", action="append", default=[], help="passed on to spin run")
    arguments = parser.parse_args()
    if not (arguments.material / "models" / "stories260K").exists():
        print(f"skipped: {arguments.material} does not hold the model and the data")
        return
    generator = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as temporary:
        whole, killed = pathlib.Path(temporary) / "whole", pathlib.Path(temporary) / "killed"
        begin = time.perf_counter()
        subprocess.run(
            command(arguments.spin, arguments.material, whole, 1, arguments.option), check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - begin
        print(f"whole run on one thread: {seconds:.0f} s", flush=True)
        again = command(arguments.spin, arguments.material, killed, 2, arguments.option)
        kills = 0
        while kills < arguments.kills:
            process = subprocess.Popen(
                again, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                # Long enough that every stretch between two kills gets further.
                process.wait(generator.uniform(0.2, 2 * seconds / arguments.kills))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
                continue
            if process.returncode != 0:
                sys.exit(f"ended with status {process.returncode} after {kills} kills")
            break
        subprocess.run(again, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        one, two = contents(whole), contents(killed)
        different = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
        for name in different:
            print(f"differs: {name}")
        print(f"killed {kills} times on two threads: {len(one)} files, {len(different)} differ")
        if different:
            sys.exit(1)


if __name__ == "__main__":
    main()
