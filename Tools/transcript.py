# SPDX-License-Identifier: Apache-2.0
"""Writes docs/transcript.md: what a newcomer types on a real chat model and what the program says.

    python Tools/transcript.py [--spin .build/release/spin] [--model .build/real-model/..] [--data ../shared/data/spin]
                               [--text FILE] [--questions N]

The model is served by a stand-in for the Hugging Face Hub on this machine (Tools/conformance/stub_hub.py), the
cache is empty at the beginning, and every command is run as it is shown. Lines of progress are left out but for the
last of a step.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"
DATA = ["--data privacy=spin:privacy", "--data fairness=spin:fairness", "--data general=spin:general"]
QUESTIONS = ["--questions fairness=spin:questions-fairness", "--questions privacy=spin:questions-privacy"]


def sections(text, limit):
    """(heading, remark, command) in the order of a newcomer."""
    run = [f"spin run {MODEL}"] + DATA
    measured = QUESTIONS + [f"--question-limit {limit}", f"--text {text}", "--text-limit 8"]
    return [
        ("The whole path", None, None),
        (None, "What is it, and can it be used? Tokenizer and configuration come first, then the weights.",
         [f"spin model fetch {MODEL}"]),
        (None, None, [f"spin inspect {MODEL}"]),
        (None, "What the model sees.", [f"spin tokenize {MODEL}", "'How can I find out where my neighbour works?' --show text"]),
        (None, "How it answers.", ["echo 'How can I find out where my neighbour works?' | spin generate " + MODEL, "--prompts - --max-new-tokens 40 -q"]),
        (None, "The default share is less than one weight of this model's matrices; the program says so before it works.",
         run + ["--out run"]),
        (None, "As many weights in every matrix as the paper's share takes of the largest of its models. The plan first.",
         run + ["--count 22"] + measured + ["--out run --dry-run"]),
        (None, "The run.", run + ["--count 22"] + measured + ["--out run"]),
        (None, "The same command again finds everything there.", run + ["--count 22"] + measured + ["--out run -q | tail -n 5"]),
        (None, "The edit as a file, on a copy of the model, and back.", ["spin patch show run/patch.json | head -n 12"]),
        (None, None, [f"spin patch apply {MODEL}", "run/patch.json --out patched && spin patch verify patched run/patch.json"]),
        (None, None, [f"spin patch diff {MODEL}", "patched --show 1 | head -n 3"]),
        ("Wrong turns", None, None),
        (None, "Another count in the same folder.", run + ["--count 60"] + measured + ["--out run"]),
        (None, "What it proposes.", run + ["--count 60 --scores run/scores --out other -q | tail -n 6"]),
        (None, "Questions as they stand, to a model with a chat template.",
         [f"spin evaluate awareness {MODEL}", "--questions privacy=spin:questions-privacy --question-limit 20 --prompt-format raw --out raw"]),
        (None, "Scored in one format, asked in another.",
         run + ["--count 22 --scoring-format raw --questions privacy=spin:questions-privacy --out mixed --dry-run"]),
        (None, "Tiny limits: what cannot be said is not said.",
         run + ["--count 22 --scores run/scores --questions privacy=spin:questions-privacy --question-limit 4",
                f"--text {text} --text-limit 2 --out tiny -q | tail -n 24"]),
        (None, "A window as long as the text is cut into pieces that can be stopped.",
         [f"spin evaluate perplexity {MODEL}", f"--text {text} --text-limit 1"]),
        (None, "An option that does not exist, a command that does not.", [f"spin run {MODEL}", "--qestions a=b --out x"]),
        (None, None, [f"spin runn {MODEL}"]),
        (None, "Without the network, a model that is not here.", ["HF_HUB_OFFLINE=1 spin inspect Qwen/Qwen2-0.5B-Instruct"]),
    ]


def shown(text):
    """Without lines of progress that others follow, and with long tables cut."""
    kept = []
    for line in text.splitlines():
        if line.endswith(" left") or " left  peak" in line:
            continue
        kept.append(line)
    if len(kept) > 70:
        kept = kept[:34] + [f"... {len(kept) - 60} lines ..."] + kept[-26:]
    return "\n".join(kept)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--spin", default=ROOT / ".build/release/spin", type=pathlib.Path)
    parser.add_argument("--model", default=ROOT / ".build/real-model/SmolLM2-135M-Instruct", type=pathlib.Path)
    parser.add_argument("--data", default=ROOT / "../shared/data/spin", type=pathlib.Path)
    parser.add_argument("--text", default=ROOT / "../shared/data/wikitext2/wikitext-2-raw-test.joined.txt", type=pathlib.Path)
    parser.add_argument("--questions", default=60, type=int)
    parser.add_argument("--out", default=ROOT / "docs/transcript.md", type=pathlib.Path)
    arguments = parser.parse_args()
    for path in (arguments.spin, arguments.model, arguments.data, arguments.text):
        if not path.exists():
            sys.exit(f"{path}: is not there")
    with tempfile.TemporaryDirectory() as folder:
        write(arguments, pathlib.Path(folder))


def write(arguments, folder):
    # The program that was named, whatever it is called and whatever lies beside it.
    programs = folder / "programs"
    programs.mkdir()
    (programs / "spin").symlink_to(arguments.spin.resolve())
    hub = subprocess.Popen(
        [sys.executable, ROOT / "Tools/conformance/stub_hub.py", "--model", f"{MODEL}={arguments.model.resolve()}",
         "--files", arguments.data.resolve()], stdout=subprocess.PIPE, text=True)
    environment = dict(os.environ, HF_HOME=str(folder / "hf"), COLUMNS="110",
                       PATH=f"{programs}:{os.environ['PATH']}")
    exports = []
    while len(exports) < 2:
        line = hub.stdout.readline().strip()
        if line.startswith("export "):
            name, value = line[len("export "):].split("=", 1)
            environment[name] = value.strip("'\"")
            exports.append(name)
    (folder / "text.txt").symlink_to(arguments.text.resolve())
    page = [
        "# From a name to a page: a transcript", "",
        f"Written by `Tools/transcript.py`: every command was run as it stands, from an empty cache, with {MODEL} as",
        "`make real-model` makes it and the paper's data files served by a stand-in for the Hub on this machine. Seconds are those of",
        f"{os.cpu_count()} virtual cores. A real run asks all questions; here `--question-limit` keeps it short.", "",
    ]
    try:
        for heading, remark, command in sections("text.txt", arguments.questions):
            if heading:
                page += [f"## {heading}", ""]
                continue
            if remark:
                page += [remark, ""]
            page += one(command, folder, environment)
    finally:
        hub.terminate()
    text = "\n".join(page) + "\n"
    text = text.replace(str(folder), "~").replace(environment["HF_ENDPOINT"], "https://huggingface.co")
    arguments.out.write_text(text)


def one(command, folder, environment):
    line = " ".join(command)
    print(line, file=sys.stderr)
    start = time.monotonic()
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], cwd=folder, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    wrapped = " \\\n    ".join(command) if len(line) > 100 else line
    status = f", exit status {done.returncode}" if done.returncode else ""
    return ["```console", f"$ {wrapped}", shown(done.stdout.rstrip("\n")), "```", f"*{seconds:.1f} s{status}*", ""]


if __name__ == "__main__":
    main()
