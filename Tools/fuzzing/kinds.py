# SPDX-License-Identifier: Apache-2.0
"""Every command with each kind of bad input, one at a time: the systematic companion of commands.py.

    python3 Tools/fuzzing/kinds.py SPIN [--only KIND] [--command patch] [--limit 0] [--jobs 2] [--keep DIR]

    files        each input file and folder: FIFO, socket, device, folder, link to /dev/zero, /dev/full, to itself and
                 to nothing, absent, empty, unreadable
    numbers      each number of each JSON document and safetensors header: near 2^63, 2^53, 0, -1, 1e308
    values       each member and element: null, an empty list, object and text, absent, an element twice
    keys         objects of each document: a key twice, a name in two Unicode spellings, a key of 1 MB, control
                 characters in a key, 100,000 levels
    options      each numeric option: near 2^63, beyond it, 0, -1, not-a-number, infinity, empty
    descriptors  descriptors 0, 1 and 2 closed, in all combinations; standard output full
    names        each file that the command line names, called so that messages could be faked or terminals obey

Of lists of numbers the first three are changed, of lists of objects the first two. A run fails as in commands.py, and
    faked        where a line of the messages begins as a name asked for
The exit status is 1 where anything failed.
"""

import argparse
import collections
import concurrent.futures
import itertools
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile

import commands

SPECIALS = ("fifo", "socket", "device", "folder", "zero", "full", "loop", "dangling", "absent", "empty")
NUMBERS = (2 ** 63 - 1, -2 ** 63, 2 ** 63, 2 ** 53, 0, -1, 1e308)
OPTION_VALUES = ("9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e308", "0", "-1", "nan", "inf",
                 "")
FAKE = "Error: all is well"
NAMES = (f"a\n{FAKE}", "a\x1b[2Jb", "a\u202eb", "e\u0301", "\u2028x", "a\rb", "x" * 250, "-x", "a'b\"c $(id)", "a=b")


class Pairs(list):
    """An object as its members in order, so that a key can stand twice."""


def dump(value):
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{dump(inner)}" for key, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def parse(text):
    return json.loads(text, object_pairs_hook=lambda pairs: Pairs([list(pair) for pair in pairs]))


def numbers(value, path=()):
    """The places of numbers."""
    if isinstance(value, Pairs):
        for index, (_, inner) in enumerate(value):
            yield from numbers(inner, (*path, index, 1))
    elif isinstance(value, list):
        plain = all(not isinstance(inner, list) for inner in value)
        for index, inner in enumerate(value[:3 if plain else 2]):
            yield from numbers(inner, (*path, index))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path


def members(value, path=()):
    """The places of members and elements."""
    if isinstance(value, Pairs):
        for index, (_, inner) in enumerate(value[:40]):
            yield path, index, True
            yield from members(inner, (*path, index, 1))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:2]):
            yield path, index, False
            yield from members(inner, (*path, index))


def objects(value, path=()):
    """The places of objects that are not empty."""
    if isinstance(value, Pairs) and value:
        yield path
        for index, (_, inner) in enumerate(value[:6]):
            yield from objects(inner, (*path, index, 1))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:1]):
            yield from objects(inner, (*path, index))


def at(value, path):
    for step in path:
        value = value[step]
    return value


class Document:
    """A JSON file, the first lines of a JSONL file, or the header of a safetensors file."""

    def __init__(self, path):
        self.path, data = path, path.read_bytes()
        self.rest = self.prefix = b""
        if path.suffix == ".safetensors":
            length = int.from_bytes(data[:8], "little")
            self.text, self.rest = data[8:8 + length].decode(), data[8 + length:]
        elif path.suffix == ".jsonl":
            self.text, _, rest = data.decode().partition("\n")
            self.rest = b"\n" + rest.encode()
        else:
            self.text = data.decode()

    def write(self, path, text):
        data = text.encode("utf-8", "surrogatepass")
        if self.path.suffix == ".safetensors":
            data = len(data).to_bytes(8, "little") + data
        path.write_bytes(data + self.rest)

    def changed(self, path, value):
        copy = parse(self.text)
        at(copy, path[:-1])[path[-1]] = value
        return dump(copy)

    def spoiled_values(self):
        """Texts with a member or an element spoiled, by how."""
        for place, index, is_member in members(parse(self.text)):
            for how, value in (("null", None), ("list", []), ("object", Pairs()), ("text", ""), ("absent", 0),
                               ("twice", 0)):
                copy = parse(self.text)
                container = at(copy, place) if place else copy
                if how == "absent":
                    del container[index]
                elif how == "twice":
                    # A key twice is another kind.
                    if is_member:
                        continue
                    container.insert(index, container[index])
                elif is_member:
                    container[index][1] = value
                else:
                    container[index] = value
                yield f"{how} {place} {index}", dump(copy)

    def spoiled_keys(self):
        """Texts with an object spoiled, by how."""
        for place in list(objects(parse(self.text)))[:12]:
            for how in ("twice", "spelling", "huge", "control"):
                copy = parse(self.text)
                target = at(copy, place) if place else copy
                key, value = target[0]
                target.extend({
                    "twice": [[key, value]], "spelling": [["\u00e9", value], ["e\u0301", value]],
                    "huge": [["k" * 1_000_000, value]], "control": [["\x1b[2J\u202e\n" + FAKE, value]],
                }[how])
                yield f"{how} {place}", dump(copy)
        yield "deep", "[" * 100_000 + "]" * 100_000


def make_special(path, what):
    """Puts what is no ordinary file where one was."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_symlink() or path.exists():
        path.unlink()
    if what == "fifo":
        os.mkfifo(path)
    elif what == "socket":
        # A path of a socket has at most 108 bytes.
        here = os.getcwd()
        os.chdir(path.parent)
        try:
            socket.socket(socket.AF_UNIX).bind(path.name)
        finally:
            os.chdir(here)
    elif what == "device":
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5)) if os.geteuid() == 0 else path.symlink_to("/dev/zero")
    elif what == "folder":
        path.mkdir()
    elif what in ("zero", "full"):
        path.symlink_to(f"/dev/{what}")
    elif what == "loop":
        path.symlink_to(path.name)
    elif what == "dangling":
        path.symlink_to("nowhere")
    elif what == "empty":
        path.write_bytes(b"")


def inputs(job, words):
    """What the words of a command name that is there, with the index of the word."""
    for index, word in enumerate(words):
        name = word.split("=")[-1]
        if index and name and (job / name).exists() and words[index - 1] != "--out":
            yield index, name


def files_of(job, name):
    path = job / name
    found = sorted(inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else [path]
    # Reports are written, not read.
    return [inner for inner in found if not inner.name.startswith("report.") and "table." not in inner.name]


class Cases:
    """What is tried: (kind, label, words, names of what was spoiled, what does it to a copy of the job)."""

    def __init__(self, job, options):
        self.job, self.options = job, options

    def of(self, line):
        words = line.split()
        named = list(inputs(self.job, words))
        files = {inner: None for _, name in named for inner in files_of(self.job, name)}
        for path in [*files, *(self.job / name for _, name in named)]:
            for what in SPECIALS:
                yield self.case("files", what, words, path, lambda target, what=what: make_special(target, what))
        for path in files:
            if path.suffix not in (".json", ".jsonl", ".safetensors"):
                continue
            try:
                document = Document(path)
                places = list(numbers(parse(document.text)))
            except ValueError:
                continue
            for place, value in itertools.product(places, NUMBERS):
                text = document.changed(place, value)
                yield self.case("numbers", f"{place} {value}", words, path,
                                lambda target, text=text, document=document: document.write(target, text))
            spoiled = [("keys", *spoiled) for spoiled in document.spoiled_keys()]
            spoiled += [("values", *spoiled) for spoiled in document.spoiled_values()]
            for kind, label, text in spoiled:
                yield self.case(kind, label, words, path,
                                lambda target, text=text, document=document: document.write(target, text))
        own = self.options.get(" ".join(words[:2])) or self.options.get(words[0]) or []
        for (name, takes_value), value in itertools.product(own, OPTION_VALUES):
            if takes_value:
                changed = list(words)
                if name in words[:-1]:
                    changed[words.index(name) + 1] = value
                else:
                    changed += [name, value]
                yield "options", f"{name} {value}", changed, (), lambda folder: None
        for closed in [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2), "full"]:
            yield "descriptors", closed, words, (), lambda folder: None
        for (index, name), other in itertools.product(named, NAMES):
            changed = list(words)
            changed[index] = words[index][:len(words[index]) - len(name)] + other
            yield ("names", other, changed, (name, other),
                   lambda folder, name=name, other=other: (folder / name).rename(folder / other))
            yield "names", other + " absent", changed, (name, other), lambda folder: None

    def case(self, kind, label, words, path, spoil):
        inner = path.relative_to(self.job)
        return kind, f"{inner}: {label}", words, (path.name,), lambda folder: spoil(folder / inner)


def run(spin, job, scratch, case, environment):
    kind, label, words, spoiled, spoil = case
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch)) / "run"
    shutil.copytree(job, folder, symlinks=True)
    spoil(folder)
    before = commands.contents(folder)
    closed = label if kind == "descriptors" else ()

    def prepare():
        commands.limit()
        if closed != "full":
            for descriptor in closed:
                os.close(descriptor)

    output = open("/dev/full", "wb") if closed == "full" else subprocess.PIPE
    try:
        done = subprocess.run(
            [spin, *words], cwd=folder, env=environment, stdout=output, stderr=subprocess.PIPE,
            timeout=6 * commands.SECONDS, stdin=subprocess.DEVNULL, preexec_fn=prepare, check=False)
        outcome = done.returncode, done.stdout or b"", done.stderr
    except subprocess.TimeoutExpired as error:
        outcome = None, error.stdout or b"", error.stderr or b""
    except (ValueError, OSError) as error:
        shutil.rmtree(folder.parent, ignore_errors=True)
        return None, (0, b"", str(error).encode()), None
    verdict = commands.judge(outcome, words, spoiled, before, commands.contents(folder))
    text = outcome[2].decode("utf-8", "replace")
    if any(line.startswith(FAKE) for line in text.splitlines()):
        verdict = "faked"
    # Nothing can be said, and nothing shown, through what is closed.
    if closed and verdict in ("silent", "nothing"):
        verdict = None
    return verdict, outcome, folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path)
    parser.add_argument("--only", action="append", help="one kind; repeatable")
    parser.add_argument("--command", default="", help="the beginning of the commands")
    parser.add_argument("--limit", type=int, default=0, help="cases of each command and kind, drawn; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=pathlib.Path, help="where folders of failed runs go")
    arguments = parser.parse_args()
    spin = str(arguments.spin.resolve())
    environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no", "HF_HUB_OFFLINE": "1", "HF_HOME": "/nonexistent"}
    parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    rng = random.Random(arguments.seed)
    runs, failures, statuses = collections.Counter(), collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory(dir=parent) as scratch:
        scratch = pathlib.Path(scratch)
        job = scratch / "job"
        commands.prepare(job, spin)
        cases = Cases(job, commands.options_of(spin))
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for line in commands.COMMANDS:
                if not line.startswith(arguments.command):
                    continue
                by_kind = collections.defaultdict(list)
                for case in cases.of(line):
                    if not arguments.only or case[0] in arguments.only:
                        by_kind[case[0]].append(case)
                for kind, chosen in by_kind.items():
                    if arguments.limit and len(chosen) > arguments.limit:
                        chosen = rng.sample(chosen, arguments.limit)
                    results = pool.map(
                        lambda case: (case, run(spin, job, scratch, case, environment)), chosen)
                    for case, (verdict, outcome, folder) in results:
                        runs[kind] += 1
                        statuses[outcome[0]] += 1
                        if verdict:
                            failures[kind, verdict] += 1
                            text = outcome[2].decode("utf-8", "replace").strip()[-400:]
                            print(f"{verdict}: spin {' '.join(map(repr, case[2]))}\n    {kind}: {case[1]}\n"
                                  f"    status {outcome[0]}: {text}", flush=True)
                            if arguments.keep:
                                arguments.keep.mkdir(parents=True, exist_ok=True)
                                shutil.copytree(folder, arguments.keep / f"{kind}-{failures[kind, verdict]}",
                                                symlinks=True, dirs_exist_ok=True,
                                                ignore=lambda *names: [n for n in names[1] if not os.path.isfile(
                                                    os.path.join(names[0], n)) and not os.path.isdir(
                                                    os.path.join(names[0], n))])
                        if folder:
                            shutil.rmtree(folder.parent, ignore_errors=True)
                print(f"done: {line[:60]}: {sum(runs.values())} runs, {sum(failures.values())} failures", file=sys.stderr,
                      flush=True)
    print("statuses:", dict(sorted(statuses.items(), key=str)))
    for kind, count in runs.items():
        wrong = {verdict: number for (of, verdict), number in failures.items() if of == kind}
        print(f"{kind:12} {count:7} runs, failures: {wrong or 'none'}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
