# SPDX-License-Identifier: Apache-2.0
"""Ends each writing command at every call that changes the file system, and lets each such call fail.

    python Tools/reliability/crash.py SPIN [--points 60] [--seed 0] [--only run]

A command is run once undisturbed; the calls that change the file system are counted. Then, in fresh folders, it is
ended before the n-th call (kill), or that call fails for want of space (once), or that one and all later ones do
(on), and is typed again undisturbed. It has to come to the same bytes, but for times and for journals, whose lines come
in any order, and leave no temporary files. Needs a C compiler. Prints a table; exits with 1 where anything differs.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import small_job

MODES = ("kill", "once", "on")
# Exit statuses of a refusal to do again what is done: a folder that exists, a patch that the model has.
DONE = (0, 2, 73)


def build(folder):
    """The library that makes calls fail."""
    library = folder / "file_faults.so"
    source = pathlib.Path(__file__).with_name("file_faults.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


def contents(folder, results):
    """Digest of each file of the results; of manifests what decides and what came out."""
    found = {}
    for result in results:
        root = folder / result
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            # Journals and records; what carries times.
            passing = (".", "report.", "README.md")
            if not path.is_file() or path.name.startswith(passing):
                continue
            content = path.read_bytes()
            if path.name in ("manifest.json", "training.json"):
                document = json.loads(content)
                document.pop("circumstances", None)
                content = json.dumps(document, sort_keys=True).encode()
            found[str(path.relative_to(folder))] = hashlib.sha256(content).hexdigest()
    return found


def leftovers(folder):
    names = [str(path.relative_to(folder)) for path in folder.rglob("*")]
    return sorted(
        name for name in names
        if name.endswith((".tmp", ".partial", ".scoring", ".training", ".spin-edit-journal.json", ".activations")))


class Campaign:
    def __init__(self, spin, scratch, library):
        self.spin, self.scratch, self.library = spin, scratch, library

    def run(self, folder, arguments, **faults):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.scratch)}
        if faults:
            environment["LD_PRELOAD"] = str(self.library)
            environment.update(faults)
        return subprocess.run(
            [self.spin, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)

    def prepare(self, name):
        """The folder in which a command can run, what it comes to undisturbed, and its number of calls."""
        before, command, results = small_job.COMMANDS[name]
        base = self.scratch / name.replace(" ", "-")
        small_job.make(base)
        for arguments in before:
            outcome = self.run(base, arguments)
            assert outcome.returncode == 0, (arguments, outcome.stderr)
        whole = pathlib.Path(f"{base}-whole")
        shutil.copytree(base, whole, symlinks=True)
        count = self.scratch / f"{name.replace(' ', '-')}.count"
        outcome = self.run(whole, command, FAULT_COUNT=str(count))
        assert outcome.returncode == 0, (command, outcome.stderr)
        return base, contents(whole, results), int(count.read_text())

    def trial(self, name, base, expected, number, mode):
        """What is wrong after a fault at one call; nothing where all is right."""
        _, command, results = small_job.COMMANDS[name]
        folder = pathlib.Path(f"{base}-{mode}-{number}")
        shutil.copytree(base, folder, symlinks=True)
        faulty = self.run(folder, command, FAULT_AT=str(number), FAULT_MODE=mode)
        again = self.run(folder, command)
        problems = []
        if mode != "kill" and faulty.returncode not in (0, 70, 71, 73, 74, 75):
            problems.append(f"status {faulty.returncode} under the fault: {faulty.stderr.strip()[-200:]}")
        if again.returncode not in DONE:
            problems.append(f"status {again.returncode} when typed again: {again.stderr.strip()[-300:]}")
        found = contents(folder, results)
        if found != expected:
            names = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
            problems.append(f"differs: {', '.join(names[:5])}; {again.stderr.strip()[-200:]}")
        left = leftovers(folder)
        if left:
            problems.append(f"leaves {', '.join(left[:5])}")
        if not problems:
            shutil.rmtree(folder)
        return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path)
    parser.add_argument("--points", type=int, default=60, help="calls of each command and mode; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", help="one command; repeatable")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    generator = random.Random(options.seed)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        campaign = Campaign(options.spin.resolve(), scratch, build(scratch))
        print(f"{'command':24} {'calls':>6} {'kills':>6} {'once':>6} {'on':>6}  wrong")
        for name in options.only or small_job.COMMANDS:
            base, expected, calls = campaign.prepare(name)
            trials = []
            for mode in MODES:
                numbers = range(1, calls + 1)
                if options.points and calls > options.points:
                    numbers = sorted(generator.sample(numbers, options.points))
                trials += [(number, mode) for number in numbers]
            with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
                outcomes = list(pool.map(lambda trial: campaign.trial(name, base, expected, *trial), trials))
            wrong = [(trial, problems) for trial, problems in zip(trials, outcomes) if problems]
            counts = [sum(mode == trial[1] for trial in trials) for mode in MODES]
            print(f"{name:24} {calls:6} {counts[0]:6} {counts[1]:6} {counts[2]:6}  {len(wrong)}", flush=True)
            for (number, mode), problems in wrong[:12]:
                print(f"    {mode} at call {number}: {'; '.join(problems)}")
            failed += len(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
