# SPDX-License-Identifier: Apache-2.0
"""Starts commands in pairs: on one output folder, and on one scratch folder with equal inputs.

    python Tools/reliability/pairs.py SPIN [--rounds 20] [--seed 0]

Of two on one folder, each ends well or says that another process works there (status 75), at least one of them ends
well, and what is there is what one alone makes. Prints a table; exits with 1 where anything else happens.
"""

import argparse
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import crash
import small_job

SHARED_OUT = ("score", "run", "compare", "train lora", "sweep", "evaluate awareness", "patch apply", "patch apply --in-place")


def pair(campaign, folder, first, second, delay):
    """The two outcomes of commands that begin one after the other."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(campaign.scratch)}
    processes = []
    for arguments in (first, second):
        processes.append(subprocess.Popen(
            [campaign.spin, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True))
        time.sleep(delay)
    return [(process.communicate(timeout=300)[1], process.returncode) for process in processes]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        campaign = crash.Campaign(options.spin.resolve(), scratch, None)
        print(f"{'pair':32} {'rounds':>6} {'refused':>7}  wrong")
        cases = [(name, False) for name in SHARED_OUT] + [("score", True)]
        for name, shares_scratch in cases:
            before, command, results = small_job.COMMANDS[name]
            base = scratch / f"{name}-{shares_scratch}".replace(" ", "-")
            small_job.make(base)
            for arguments in before + [command]:
                if arguments is command:
                    shutil.copytree(base, f"{base}-fresh")
                outcome = campaign.run(base, arguments)
                assert outcome.returncode == 0, outcome.stderr
            expected = crash.contents(base, results)
            refused, wrong = 0, []
            for number in range(options.rounds):
                folder = pathlib.Path(f"{base}-{number}")
                shutil.copytree(f"{base}-fresh", folder)
                commands = [command, command]
                if shares_scratch:
                    commands = [[*command[:-1], out, "--scratch", "shared"] for out in ("scores", "other")]
                outcomes = pair(campaign, folder, *commands, generator.uniform(0, 0.3))
                statuses = sorted(status for _, status in outcomes)
                refused += statuses.count(75)
                # In place, the second finds what the first has done; a finished copy exists already.
                allowed = (0, 2, 75) if "--in-place" in name else (0, 73, 75) if name == "patch apply" else (0, 75)
                found = crash.contents(folder, results)
                same = found == expected
                if shares_scratch:
                    other = {key.replace("other/", "scores/"): value for key, value in crash.contents(folder, ["other"]).items()}
                    same = same and other == expected
                if 0 not in statuses or any(status not in allowed for status in statuses) or not same:
                    wrong.append(f"round {number}: statuses {statuses}, {'same' if same else 'other'} result; "
                                 + " | ".join(text.strip()[-150:] for text, _ in outcomes))
                shutil.rmtree(folder)
            title = name + (", one --scratch" if shares_scratch else "")
            print(f"{title:32} {options.rounds:6} {refused:7}  {len(wrong)}", flush=True)
            for line in wrong[:5]:
                print(f"    {line}")
            failed += len(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
