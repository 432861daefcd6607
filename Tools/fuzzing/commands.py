# SPDX-License-Identifier: Apache-2.0
"""Mutates whole command lines and the files that they name, and runs them through the built program.

    python3 Tools/fuzzing/commands.py SPIN [--count 2000] [--seed 0] [--only patch] [--keep DIR]

Every run has a copy of a small job: a model of some thousand weights, data, scores, a patch, adapters. Options get
values that no sane user gives, options of other commands are added, files are truncated, spoiled, swapped for FIFOs,
devices, folders and links, or renamed to names with escape sequences. A run has 20 seconds of
processor time and 4 GB of address space. It fails where

    signal    the program was ended by a signal
    trap      a Swift run-time error stands in its messages
    hang      it used up its processor time, or waited two minutes for something
    memory    it ran out of its address space
    status    its exit status is none that `spin --help` lists
    silent    it failed without a message
    nothing   it ended with 0, wrote no result, and made no file
    control   control characters of a name or a file stand in a message
    nameless  a file was spoiled, the status says malformed or missing input, and no message names a file

The exit status is 1 where anything failed. Runs are repeatable: the same seed gives the same commands.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

import tiny_job

STATUSES = {0, 2, 64, 65, 66, 69, 71, 73, 74, 75, 77, 78, 130}
SECONDS = 20
ADDRESS_SPACE = 4 << 30

DATA = "--data privacy=privacy.csv --data fairness=fairness.csv --data general=general.csv"
SCORING = f"{DATA} --nsamples 4 --target-module all --threads 1"
MEASURES = "--question-column question --questions privacy=questions.csv --max-new-tokens 2"
RUN = f"run model {SCORING} --count 4 {MEASURES} --text text.txt --window 16 --out out --quiet"
COMPARE = f"compare model --methods origin,spin --seeds 0 --count 3 {SCORING} {MEASURES} --out compared --quiet"
SWEEP = f"sweep model --scores out/scores --count 2,4 {MEASURES} --out swept --quiet"
TRAIN = "train lora model --data privacy.csv --max-steps 2 --no-append-eos --threads 1 --out trained --quiet"
COMMANDS = f"""
run model {SCORING} --count 4 --out new --quiet
score model {SCORING} --out new --quiet
select model --scores out/scores --count 3 --out new.json --selection s.json
sweep model --scores out/scores --count 2,4 --questions privacy=questions.csv --question-column question --max-new-tokens 2 --out new --quiet
compare model --methods origin,spin,random --seeds 0 --count 3 {SCORING} --questions privacy=questions.csv --question-column question --max-new-tokens 2 --out new --quiet
patch show out/patch.json
patch show out/patch.json --json
patch apply model out/patch.json --out new
patch apply model out/patch.json --in-place
patch verify patched out/patch.json
patch diff model model
patch export out/patch.json --model model --as peft-lora --out new
adapter show lora
adapter show loreft
adapter merge model lora --out new --threads 1
generate model --prompts text.txt --max-new-tokens 2 --threads 1 --quiet
generate model --prompts questions.csv --prompt-column question --max-new-tokens 2 --json --patch out/patch.json --threads 1
tokenize model hello
tokenize model --prompts text.txt --json
evaluate perplexity model --text text.txt --window 16 --threads 1 --quiet
evaluate awareness model --questions privacy=questions.csv --column question --max-new-tokens 2 --threads 1 --out new --quiet
evaluate coupling model --questions a=questions.csv --questions b=others.csv --column question --coupling-pairs 4 --permutations 9 --threads 1 --quiet
evaluate awareness model --questions privacy=questions.csv --column question --max-new-tokens 2 --threads 1 --out new --baseline privacy=out/evaluation/awareness-privacy-before.jsonl --quiet
report out
report out --json new.json --markdown new.md
report compared
report swept
select model --scores out/scores --count 3 --out new.json --selection s.json
adapter show trained
data lint privacy.csv general.csv
data lint privacy.csv --model model --json
inspect model
inspect model --json
model import model.gguf --out new --quiet
model import torch --out new --quiet
train full --from-config model/config.json --tokenizer model --data privacy.csv --max-steps 2 --no-append-eos --threads 1 --out new --quiet
train lora model --data privacy.csv --max-steps 2 --no-append-eos --threads 1 --out new --quiet
train loreft model --data privacy.csv --max-steps 2 --no-append-eos --threads 1 --out new --quiet
train dora model --data privacy.csv --max-steps 2 --no-append-eos --threads 1 --out new --quiet
evaluate judge labelled.csv
evaluate choices model --task items.jsonl --threads 1 --quiet
evaluate divergence model --patch out/patch.json --text text.txt --window 16 --threads 1 --quiet
evaluate phrases --answers out/evaluation
patch revert patched out/patch.json --out new
patch revert patched out/patch.json --in-place
inspect model --values
inspect out/scores
adapter show trained
model path owner/name
chat model --threads 1 --max-new-tokens 2
{RUN}
{COMPARE}
{SWEEP}
{TRAIN}
""".strip().splitlines()

NUMBERS = """0 -0 -1 1 2 3 1.0 0.5 1e-400 1e308 1e309 -1e308 nan inf -inf 0x10 1_000 +1 ٣ 9223372036854775807
9223372036854775808 -9223372036854775808 18446744073709551615 4294967296 2147483648 1000000 1e18 ''""".split()
TEXTS = ["", " ", "\x1b[31mred", "a\u202eb", "a\nb", "=", "a=", "=b", "a=b=c", ",", "a,b", "a,,b", "..", "0..",
         "0..9223372036854775807", "/dev/zero", "/dev/null", "/dev/full", "/", ".", "model", "fifo", "loop",
         "nowhere/x", "\u00e9", "e\u0301", "x" * 5000, "%s%n", "--", "-", "endpoint:http://127.0.0.1:1/v1", "all",
         "null", "true", "[]", "{}", "privacy=privacy.csv", "out", "out/patch.json", "out/selection.json"]
JSON_VALUES = [0, -1, 1, 2 ** 63 - 1, -2 ** 63, 2 ** 63, 1e308, 1e-320, -0.0, None, True, "", [], {}, [[]], [None],
               "\x1b[2J\u202e", "x" * 4096, [2 ** 63 - 1, 1], [1, -1], 2 ** 28, 2 ** 40]


def options_of(spin):
    """The long options of each command ("patch show") and of all ("*"), with whether they take a value."""
    dump = json.loads(subprocess.run([spin, "--experimental-dump-help"], capture_output=True, check=True).stdout)
    found = collections.defaultdict(dict)

    def walk(command, path):
        for argument in command.get("arguments", []):
            for name in argument.get("names", []):
                if name["kind"] == "long" and name["name"] not in ("help", "version"):
                    for key in (" ".join(path), "*"):
                        found[key]["--" + name["name"]] = argument["kind"] == "option"
        for inner in command.get("subcommands", []):
            walk(inner, [*path, inner["commandName"]])

    walk(dump["command"], [])
    return {path: sorted(names.items()) for path, names in found.items()}


def prepare(folder, spin):
    """The job, with what earlier commands left: commands that are typed again go on from there."""
    tiny_job.make(folder)
    fixtures = tiny_job.FIXTURES
    shutil.copytree(fixtures / "adapters/llama-lora", folder / "lora")
    shutil.copytree(fixtures / "loreft/llama", folder / "loreft")
    shutil.copytree(fixtures / "pytorch/sharded", folder / "torch")
    shutil.copy(fixtures / "gguf/llama3.gguf", folder / "model.gguf")
    shutil.copy(folder / "questions.csv", folder / "others.csv")
    (folder / "labelled.csv").write_text("question,answer,label\n" + "is it?,I cannot say.,safe\nis it?,yes,unsafe\n" * 6)
    (folder / "items.jsonl").write_text('{"context": "the cat", "choices": ["is", "in"], "gold": 1}\n' * 3)
    for command in (RUN, COMPARE, SWEEP, TRAIN, "patch apply model out/patch.json --out patched"):
        subprocess.run([spin, *command.split()], cwd=folder, check=True, capture_output=True)


def mutate_json(data, rng):
    try:
        document = json.loads(data)
    except ValueError:
        return data
    places = []

    def walk(value, container, key):
        if container is not None:
            places.append((container, key))
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for inner, child in list(items)[:200]:
            walk(child, value, inner)

    walk(document, None, None)
    for _ in range(rng.choice((1, 1, 1, 3))):
        if not places:
            break
        container, key = rng.choice(places)
        try:
            if rng.random() < 0.15:
                del container[key]
            elif isinstance(container, dict) and rng.random() < 0.1:
                container[rng.choice(("e\u0301", "\x1b[1m", "__metadata__", "x" * 3000))] = container[key]
            else:
                container[key] = rng.choice(JSON_VALUES)
        except (KeyError, IndexError):
            pass
    return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode()


def mutate_bytes(data, rng):
    data = bytearray(data)
    kind = rng.randrange(6)
    if kind == 0:
        return bytes(data[:rng.randrange(len(data) + 1)])
    if kind == 1 and data:
        for _ in range(rng.choice((1, 2, 8))):
            data[rng.randrange(len(data))] = rng.choice((0, 0x7F, 0x80, 0xFF, 0x22, 0x0A, rng.randrange(256)))
        return bytes(data)
    if kind == 2 and len(data) >= 8:
        at = rng.randrange(min(len(data) - 7, 400))
        data[at:at + 8] = rng.choice((b"\xff" * 8, b"\x00" * 8, b"\xff" * 7 + b"\x7f", (1 << 40).to_bytes(8, "little")))
        return bytes(data)
    if kind == 3:
        text = data.decode("utf-8", "replace")
        numbers = list(re.finditer(r"\d+", text[:20000]))
        if numbers:
            match = rng.choice(numbers)
            text = text[:match.start()] + rng.choice(NUMBERS[:28]) + text[match.end():]
        return text.encode()
    if kind == 4:
        return b""
    return bytes(data) + bytes(data[:rng.randrange(len(data) + 1)])


def spoil(path, rng):
    """Changes a file, or what its name leads to; says how."""
    kind = rng.random()
    if kind < 0.8:
        data = path.read_bytes()
        is_safetensors = path.suffix == ".safetensors" and len(data) > 8
        if path.suffix == ".json" and rng.random() < 0.7:
            path.write_bytes(mutate_json(data, rng))
            return "json"
        if is_safetensors and rng.random() < 0.6:
            length = int.from_bytes(data[:8], "little")
            header = mutate_json(data[8:8 + length], rng)
            path.write_bytes(len(header).to_bytes(8, "little") + header + data[8 + length:])
            return "header"
        path.write_bytes(mutate_bytes(data, rng))
        return "bytes"
    path.unlink()
    what = rng.choice(("fifo", "zero", "folder", "loop", "absent", "dangling"))
    if what == "fifo":
        os.mkfifo(path)
    elif what == "zero":
        path.symlink_to("/dev/zero")
    elif what == "folder":
        path.mkdir()
    elif what == "loop":
        path.symlink_to(path.name)
    elif what == "dangling":
        path.symlink_to("nowhere")
    return what


def mutate_words(words, options, rng):
    words = list(words)
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        kind = rng.random()
        if kind < 0.45:
            places = [i for i, word in enumerate(words[:-1]) if word.startswith("--")]
            if places:
                words[rng.choice(places) + 1] = rng.choice(NUMBERS if rng.random() < 0.7 else TEXTS)
        elif kind < 0.8:
            own = options.get(" ".join(words[:2])) or options.get(words[0]) or options["*"]
            name, takes_value = rng.choice(own if rng.random() < 0.95 else options["*"])
            words += [name] + ([rng.choice(NUMBERS if rng.random() < 0.6 else TEXTS)] if takes_value else [])
        elif kind < 0.9 and len(words) > 2:
            del words[rng.randrange(1, len(words))]
        else:
            words.insert(rng.randrange(1, len(words) + 1), rng.choice(TEXTS))
    return words


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, 1 << 28))


def contents(folder):
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found


def escaped(name):
    """A name as messages show it."""
    return re.sub("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]",
                  lambda match: f"\\u{ord(match[0]):04x}", name)


def judge(outcome, words, spoiled, before, after):
    """What is wrong with a run, if anything."""
    status, out, err = outcome
    if status in (None, -signal.SIGXCPU):
        return "hang"
    if status < 0 or status in range(129, 193) and status != 130:
        return "signal"
    text = err.decode("utf-8", "replace")
    if "Fatal error" in text or "Swift runtime failure" in text or "swift_" in text:
        return "trap"
    if status == 71:
        return "memory"
    if status not in STATUSES:
        return "status"
    if status != 0 and not err.strip():
        return "silent"
    if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text):
        return "control"
    is_plan = "--dry-run" in words and ("--quiet" in words or "-q" in words)
    # A chat ends where its input does.
    is_plan = is_plan or "chat" in words[:1]
    if status == 0 and not out.strip() and not err.strip() and before == after and not is_plan:
        return "nothing"
    # A message shows the beginning of a name of kilobytes.
    if status in (65, 66) and not any(
            escaped(name)[:500] in text for name in (*spoiled, *words, "--", "standard input")):
        return "nameless"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=pathlib.Path, help="where folders of failed runs go")
    arguments = parser.parse_args()
    spin = str(arguments.spin.resolve())
    options = options_of(spin)
    commands = [line.split() for line in COMMANDS if line.startswith(arguments.only)]
    parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    failures, statuses = collections.Counter(), collections.Counter()
    environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no", "HF_HUB_OFFLINE": "1", "HF_HOME": "/nonexistent"}
    with tempfile.TemporaryDirectory(dir=parent) as root:
        root = pathlib.Path(root)
        job = root / "job"
        prepare(job, spin)
        for index in range(arguments.count):
            rng = random.Random(f"{arguments.seed}:{index}")
            folder = root / "run"
            shutil.copytree(job, folder, symlinks=True)
            os.mkfifo(folder / "fifo")
            (folder / "loop").symlink_to("loop")
            words = mutate_words(rng.choice(commands), options, rng)
            spoiled = {}
            files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
            named = [p for p in files if any(str(p.relative_to(folder)).startswith(w.split("=")[-1])
                                             for w in words if len(w) > 2)]
            for path in rng.sample(named, min(len(named), rng.choice((0, 1, 1, 1, 2)))):
                spoiled[path.name] = spoil(path, rng)
            before = contents(folder)
            try:
                done = subprocess.run(
                    [spin, *words], cwd=folder, env=environment, capture_output=True, timeout=6 * SECONDS,
                    stdin=subprocess.DEVNULL, preexec_fn=limit, check=False)
                outcome = done.returncode, done.stdout, done.stderr
            except subprocess.TimeoutExpired as error:
                outcome = None, error.stdout or b"", error.stderr or b""
            except ValueError:  # a null byte in an argument
                shutil.rmtree(folder)
                continue
            statuses[outcome[0]] += 1
            if index % 250 == 249:
                print(f"{index + 1} of {arguments.count}, {sum(failures.values())} failures", flush=True)
            complaint = judge(outcome, words, spoiled, before, contents(folder))
            if complaint:
                failures[complaint] += 1
                print(f"{complaint} #{index}: spin {' '.join(map(repr, words))}\n  spoiled {spoiled}, status "
                      f"{outcome[0]}\n  {outcome[2][-600:]!r}", flush=True)
                if arguments.keep:
                    shutil.copytree(folder, arguments.keep / str(index), symlinks=True,
                                    ignore=shutil.ignore_patterns("fifo"), dirs_exist_ok=True)
            for path in folder.rglob("*"):
                if path.is_dir() and not path.is_symlink():
                    path.chmod(0o700)
            shutil.rmtree(folder)
    total = sum(statuses.values())
    print(f"{total} commands; statuses " + ", ".join(f"{k}: {v}" for k, v in sorted(
        statuses.items(), key=lambda item: str(item[0]))))
    print("failures: " + (", ".join(f"{k} {v}" for k, v in failures.items()) or "none"))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
