# SPDX-License-Identifier: Apache-2.0
"""Compares models behind `transformers serve`, an OpenAI-compatible server, with the same models here.

    python Tools/conformance/compare_endpoint.py SPIN [--questions 40]

The demo's model, stories260K where ../shared holds it, and the judge of the fixtures are served from
a cache of Hugging Face's layout, without network. What has to agree, item by item:

- greedy answers of a server, by both routes, and of `spin` on the model's folder;
- replies and verdicts of the judge behind the server, asked with MD-Judge's prompt, of
  `--judge md-judge:DIR`, and the pinned ones of Tests/Fixtures/judge.json;
- verdicts of a judge with a template of its own at one request at a time and at five.

A name that the server does not have has to be refused. Exits with 1 on any difference.
"""

import argparse
import contextlib
import csv
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "Sources" / "DemoModel"
JUDGE = ROOT / "Tests" / "Fixtures" / "models" / "judge"
STORIES = ROOT.parent / "shared" / "models" / "stories260K"
REVISION = "0123456789abcdef0123456789abcdef01234567"
# Writes the message as it stands, so that the chat route has a prompt of its own.
TEMPLATE = "{{ bos_token }}{% for message in messages %}Q: {{ message['content'] }}{% endfor %}"
OWN_TEMPLATE = "Q: {question}\nA: {answer}\nIs A safe? "
OPENINGS = ["Once upon a time", "Lily and Tom", "The big dog", "One day", "A little bird", "Mom said"]


def checkpoint(source, target):
    """A copy of a model's files with a chat template."""
    target.mkdir(parents=True)
    for file in source.iterdir():
        if file.suffix in (".json", ".safetensors") and file.name != "golden.json":
            shutil.copy(file, target / file.name)
    (target / "chat_template.jinja").write_text(TEMPLATE)
    return target


def cached(cache, name, source):
    """A model in the layout of Hugging Face's cache; its folder."""
    repository = cache / f"models--spin--{name}"
    (repository / "blobs").mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISION)
    return checkpoint(source, repository / "snapshots" / REVISION)


@contextlib.contextmanager
def served(cache, log):
    """The address of a server of all models in the cache."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = pathlib.Path(sys.executable).parent / "transformers"
    environment = {**os.environ, "HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(
        [program, "serve", "--host", "127.0.0.1", "--port", str(port), "--device", "cpu",
         "--dtype", "float32"], env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise SystemExit(f"the server ended; its log is {log.name}")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
                break
            time.sleep(0.2)
        else:
            raise SystemExit(f"the server does not begin; its log is {log.name}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def awareness(spin, out, model, questions, *options):
    """The items of an evaluation, in order."""
    subprocess.run(
        [spin, "evaluate", "awareness", model, "--questions", f"q={questions}", "--out", out,
         "--quiet", *map(str, options)], check=True, stdout=subprocess.DEVNULL)
    with open(pathlib.Path(out) / "awareness-q-answers.jsonl") as file:
        return [json.loads(line) for line in file]


def write_table(path, column, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column])
        writer.writerows([row] for row in rows)
    return path


def demo_questions(count):
    questions = []
    for name in ("privacy", "fairness", "general"):
        with open(DEMO / f"{name}.csv", newline="") as file:
            questions += [row["prompt"] for row in csv.DictReader(file)][: count // 3 + 1]
    return questions[:count]


class Comparison:
    def __init__(self):
        self.failures = 0

    def check(self, what, found, expected):
        differences = [(a, b) for a, b in zip(found, expected) if a != b]
        same = len(found) == len(expected) and not differences
        print(f"{what}: {len(found)} items, {len(differences)} different", flush=True)
        if not same:
            self.failures += 1
            for pair in differences[:3]:
                print(f"  {pair[0]!r}\n  {pair[1]!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin")
    parser.add_argument("--questions", type=int, default=40)
    arguments = parser.parse_args()
    comparison = Comparison()
    with tempfile.TemporaryDirectory() as temporary, \
            open(pathlib.Path(tempfile.gettempdir()) / "spin-endpoint-server.log", "w") as log:
        folder = pathlib.Path(temporary)
        cache = folder / "hub"
        models = {"demo": (DEMO, demo_questions(arguments.questions))}
        if STORIES.is_dir():
            openings = [f"{a} {b}" for a in OPENINGS for b in ("was", "saw", "went", "had", "liked",
                                                               "found", "said", "wanted")]
            models["stories260K"] = (STORIES, openings[: arguments.questions])
        else:
            print("stories260K: skipped, ../shared is not there")
        paths = {name: cached(cache, name, source) for name, (source, _) in models.items()}
        judge = cached(cache, "judge", JUDGE)
        with served(cache, log) as address:
            endpoint = f"endpoint:{address}"
            for name, (_, questions) in models.items():
                table = write_table(folder / f"{name}.csv", "questions", questions)
                for form in ("raw", "chat"):
                    options = ["--max-new-tokens", 48, "--prompt-format", form]
                    here = awareness(
                        arguments.spin, folder / f"{name}-{form}-here", paths[name], table, *options)
                    there = awareness(
                        arguments.spin, folder / f"{name}-{form}-there", f"spin/{name}", table,
                        "--answers", endpoint, *options)
                    comparison.check(
                        f"answers of {name}, {form}", [item["answer"] for item in there],
                        [item["answer"] for item in here])
            compare_judges(arguments.spin, comparison, folder, paths["demo"], judge, endpoint)
            refused = subprocess.run(
                [arguments.spin, "evaluate", "awareness", "spin/other", "--answers", endpoint,
                 "--questions", f"q={folder / 'demo.csv'}"], capture_output=True, text=True)
            print(f"a name that is not served: {refused.stderr.strip()}")
            comparison.check(
                "its status", [refused.returncode, "lists no model" in refused.stderr], [69, True])
    sys.exit(1 if comparison.failures else 0)


def compare_judges(spin, comparison, folder, model, judge, endpoint):
    """The judge of the fixtures on the answers of the demo's model."""
    table = folder / "demo.csv"
    settings = ["--max-new-tokens", 32]
    served = ["--judge", endpoint, "--judge-model", "spin/judge", "--judge-route", "completions"]

    def verdicts(out, *options):
        items = awareness(spin, folder / out, model, table, *settings, *options)
        return [(item["verdict"], item["judge_text"]) for item in items]

    here = verdicts("judge-here", "--judge", f"md-judge:{judge}")
    there = verdicts("judge-there", *served, "--judge-template", "md-judge")
    comparison.check("replies of the judge", there, here)
    counts = {verdict: sum(item[0] == verdict for item in here) for verdict in
              ("safe", "unsafe", "invalid")}
    print(f"  verdicts: {counts}")
    compare_labelled(spin, comparison, folder, judge, served)
    own = folder / "template.txt"
    own.write_text(OWN_TEMPLATE)
    one, five = (verdicts(f"judge-{count}", *served, "--judge-template", own,
                          "--judge-concurrency", count) for count in (1, 5))
    comparison.check("verdicts at 5 requests and at 1", five, one)


def compare_labelled(spin, comparison, folder, judge, served):
    """The judge of the fixtures on the cases that it knows."""
    with open(ROOT / "Tests" / "Fixtures" / "judge.json") as file:
        cases = json.load(file)["cases"]
    table = folder / "labelled.csv"
    with open(table, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question", "answer", "label"])
        # What the label says does not matter here.
        writer.writerows([case["question"], case["answer"], "safe"] for case in cases)

    def verdicts(out, *options):
        subprocess.run(
            [spin, "evaluate", "judge", table, "--out", folder / out, "--quiet", *options],
            check=True, stdout=subprocess.DEVNULL)
        with open(folder / out / "judge-items.jsonl") as file:
            items = [json.loads(line) for line in file]
        return [(item["verdict"], item["judge_text"]) for item in items]

    there = verdicts("labelled-there", *served, "--judge-template", "md-judge")
    comparison.check("replies on the fixture's cases", there,
                     verdicts("labelled-here", "--judge", f"md-judge:{judge}"))
    names = {0: "safe", 1: "unsafe", -1: "invalid"}
    comparison.check("the same, pinned", there,
                     [(names[case["label"]], case["reply"].strip()) for case in cases])


main()
