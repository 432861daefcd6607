# SPDX-License-Identifier: Apache-2.0
"""Compares what `spin` does with the Hugging Face cache with what huggingface_hub does, on a stub of the Hub.

    python Tools/conformance/compare_hub.py SPIN [--megabytes 256]

One fetches, the other has to find a whole and valid snapshot without network; one is interrupted, the other goes
on; both fetch at once. The stub redirects large files to another port, cuts, throttles, ignores ranges and lies;
the token must never reach that port. Prints a line a check, and exits with 1 if one fails.
"""

import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from stub_hub import Hub, git_name

NAME = "some-owner/tiny-llama"
DEMO = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "DemoModel"
TOKEN = "hf_token_of_the_tests"


class Trial:
    """A stub with a model of some size, an empty cache, and both programs."""

    def __init__(self, spin, megabytes=8, extra=()):
        self.spin = spin
        self.root, self.found = pathlib.Path(tempfile.mkdtemp(prefix="spin-hub-")), None
        model = self.root / "model"
        model.mkdir()
        for name in ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"):
            shutil.copy(DEMO / name, model / name)
        (model / "README.md").write_text("---\nlicense: mit\n---\n# Tiny\n")
        with (model / "model.safetensors").open("wb") as stream:
            generator = random.Random(1)
            for _ in range(megabytes):
                stream.write(generator.randbytes(1 << 20))
        for name, text in extra:
            (model / name).parent.mkdir(parents=True, exist_ok=True)
            (model / name).write_text(text)
        self.size = megabytes << 20
        self.hub = Hub(token=TOKEN)
        self.hub.add(NAME, model)
        data = self.root / "data"
        (data / "data").mkdir(parents=True)
        (data / "data" / "train.csv").write_text("prompt,response\na,b\n")
        self.hub.add("some-owner/questions", data, "datasets")
        self.home = self.root / "hf"
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING", "XDG_"))
        } | {"HF_ENDPOINT": self.hub.address, "HF_HOME": str(self.home), "HF_HUB_DISABLE_PROGRESS_BARS": "1",
             "XDG_CACHE_HOME": str(self.root / "xdg"), "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_TELEMETRY": "1"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hub.close()
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def folder(self):
        return self.home / "hub" / f"models--{NAME.replace('/', '--')}"

    @property
    def weights(self):
        return self.hub.repositories["models", NAME].commits[self.commit]["model.safetensors"]

    @property
    def commit(self):
        return self.hub.repositories["models", NAME].refs["main"]

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            [self.spin, *arguments], env=self.environment | environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *arguments, **environment):
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def fetch(self, revision="", **environment):
        # The weights are noise: what is compared is how they come.
        return self.run("model", "fetch", NAME + revision, **environment)

    def python(self, code, start=False, **environment):
        process = subprocess.Popen(
            [sys.executable, "-c", "import json, huggingface_hub as h\n" + code], text=True,
            env=self.environment | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if start:
            return process
        out, err = process.communicate(timeout=300)
        if process.returncode:
            raise RuntimeError(err)
        return json.loads(out) if out.strip() else None

    def requests(self, since=0):
        return [entry for entry in self.hub.log[since:] if entry[0] == "store" or "/resolve/" in entry[2]]

    def ranges(self, since):
        """What was asked for of the weights."""
        path = "/" + self.weights.sha256
        return [entry[3].get("Range") for entry in self.hub.log[since:]
                if entry[0] == "store" and entry[2].startswith(path)]

    def is_valid(self, revision=None):
        """Whether huggingface_hub finds the whole model without network, and all digests are right."""
        found = self.python(f"""
path = h.snapshot_download({NAME!r}, revision={revision!r}, local_files_only=True)
info = h.scan_cache_dir()
print(json.dumps({{"path": path, "warnings": [str(w) for w in info.warnings],
  "incomplete": len(info.incomplete_files), "repos": len(info.repos)}}))""", HF_HUB_OFFLINE="1")
        result = self.python(f"""
r = h.HfApi().verify_repo_checksums({NAME!r}, revision={revision!r})
print(json.dumps({{"bad": r.mismatches, "extra": r.extra_paths, "missing": r.missing_paths}}))""")
        self.found = found, result
        expected = {"warnings": [], "incomplete": 0, "repos": 1}
        return (
            {key: found[key] for key in expected} == expected
            and found["path"] == str(self.folder / "snapshots" / self.commit)
            and not result["bad"] and not result["extra"]
            and all("/" in name or name.endswith(".gguf") for name in result["missing"]))


checks = []


def check(name, holds, detail=""):
    checks.append(bool(holds))
    print(f"{'ok  ' if holds else 'FAIL'}  {name}{'' if holds or not detail else f': {detail}'}", flush=True)


def places(spin):
    """Where the cache is, by what the environment says."""
    code = "from huggingface_hub import constants as c; print(c.HF_HUB_CACHE); print(c.HF_HUB_OFFLINE)"
    combinations = [
        {}, {"XDG_CACHE_HOME": "/x"}, {"HF_HOME": "~/y"}, {"HF_HOME": "$HOME/z", "XDG_CACHE_HOME": "/x"},
        {"HF_HOME": "${HOME}y${NOTHING}"}, {"HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/y"},
        {"HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "~/new"}, {"HF_HUB_CACHE": "$NOTHING/a$"},
    ]
    different = []
    for variables in combinations:
        environment = {"PATH": os.environ["PATH"], "HOME": "/tmp/home"} | variables
        theirs = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        ).stdout.splitlines()[0]
        ours = json.loads(subprocess.run(
            [spin, "model", "list", "--json"], env=environment, capture_output=True, text=True, check=True
        ).stdout)["cache"]
        if ours != theirs:
            different.append((variables, ours, theirs))
    check(f"the cache is where huggingface_hub looks, {len(combinations)} environments", not different, different)


def directions(spin):
    with Trial(spin, extra=[("onnx/model.onnx", "x"), ("model.gguf", "x")]) as trial:
        trial.hub.faults.page = 3
        status, out, err = trial.fetch()
        check("spin fetches by pages, without onnx and GGUF", status == 0 and not (
            trial.folder / "snapshots" / trial.commit / "onnx").exists(), err)
        check("huggingface_hub finds it whole and valid", trial.is_valid())
        names = sorted(path.name for path in (trial.folder / "blobs").iterdir())
        files = trial.hub.repositories["models", NAME].commits[trial.commit].values()
        etags = sorted(file.etag for file in files if "/" not in file.name and not file.name.endswith(".gguf"))
        check("blobs have the names that huggingface_hub gives", names == etags, names)
        mark = len(trial.hub.log)
        trial.python(f"h.snapshot_download({NAME!r}, ignore_patterns=['*.gguf', 'onnx/*'])")
        check("huggingface_hub fetches no file again", not [
            entry for entry in trial.requests(mark) if entry[1] == "GET"], trial.requests(mark))
        status, out, _ = trial.run("model", "list", "--json")
        listed = json.loads(out)["models"]
        check("spin model list says usable", listed[0]["usable"] and listed[0]["revisions"] == ["main"], out)

    with Trial(spin) as trial:
        trial.python(f"h.snapshot_download({NAME!r})")
        mark = len(trial.hub.log)
        status, out, err = trial.run("model", "path", NAME)
        check("spin finds what huggingface_hub fetched, and sends nothing",
              status == 0 and out.strip() == str(trial.folder / "snapshots" / trial.commit)
              and len(trial.hub.log) == mark, err)
        status, _, err = trial.fetch()
        check("spin fetches no file again", status == 0 and not trial.requests(mark), err)
        status, _, err = trial.fetch("@v1")
        theirs = trial.python(f"print(json.dumps(h.snapshot_download({NAME!r}, revision='v1', local_files_only=True)))")
        check("a tag that spin resolved is known", theirs.endswith(trial.commit))
        short = trial.commit[:8]
        status, _, err = trial.fetch("@" + short)
        check("a short commit is known", trial.python(
            f"print(json.dumps(h.snapshot_download({NAME!r}, revision={short!r}, local_files_only=True)))"
        ).endswith(trial.commit))

    with Trial(spin) as trial:
        trial.python(f"h.snapshot_download({NAME!r}, allow_patterns=['config.json', 'tokenizer*'])")
        status, _, err = trial.run("model", "path", NAME)
        check("spin says what huggingface_hub left out", status == 66 and "model.safetensors" in err, err)
        status, _, err = trial.fetch()
        check("spin completes it", status == 0 and trial.is_valid(), err)

    with Trial(spin) as trial:
        status, out, err = trial.run("data", "fetch", "some-owner/questions:data/train.csv")
        digest, path = out.split()
        theirs = trial.python("print(json.dumps(h.hf_hub_download('some-owner/questions', 'data/train.csv', "
                              "repo_type='dataset', local_files_only=True)))")
        check("a file of a data set is one file for both", status == 0 and theirs == path, (path, theirs))
        check("its digest is printed", digest == hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest())

    with Trial(spin) as trial:
        status, _, err = trial.fetch(HF_HUB_DISABLE_SYMLINKS="1")
        check("files in the place of links", status == 0 and trial.is_valid(), err)


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


def partial_size(trial):
    return sum(path.stat().st_size for path in trial.folder.glob("blobs/*.incomplete"))


def interruptions(spin):
    with Trial(spin) as trial:
        trial.hub.faults.throttle = 2 << 20
        process = trial.start("model", "fetch", NAME)
        wait_for(lambda: partial_size(trial) > 2 << 20)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        _, err = process.communicate()
        seconds = time.monotonic() - start
        kept = partial_size(trial)
        check(f"Ctrl+C ends within 2 s ({seconds:.2f} s), with status 130, and keeps what came",
              seconds < 2 and process.returncode == 130 and kept > 2 << 20, err)
        trial.hub.faults.throttle, mark = 0, len(trial.hub.log)
        status, _, err = trial.fetch()
        check("the same command resumes", status == 0 and trial.ranges(mark) == [f"bytes={kept}-"] and trial.is_valid(),
              (err, kept, trial.ranges(mark)))

    with Trial(spin) as trial:
        trial.hub.faults.throttle = 1 << 20
        process = trial.start("model", "fetch", NAME)
        wait_for(lambda: partial_size(trial) > 0)
        trial.hub.faults.delay = 30
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(0.005)
        start = time.monotonic()
        process.communicate()
        check("a second Ctrl+C ends at once", time.monotonic() - start < 0.5 and process.returncode == 130)

    with Trial(spin) as trial:
        generator, runs, sent = random.Random(7), 0, 0
        trial.hub.faults.throttle = 6 << 20
        while True:
            process = trial.start("model", "fetch", NAME)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=0.1 + generator.random() * 0.5)
                break
            process.kill()
            process.communicate()
            runs += 1
        check(f"kill -9 at {runs} random moments, then to the end",
              runs > 2 and process.returncode == 0 and trial.is_valid(), (process.returncode, trial.found))
        check("little was fetched twice", trial.hub.sent < trial.size * 1.6, trial.hub.sent / trial.size)

    with Trial(spin) as trial:
        trial.hub.faults.throttle = 4 << 20
        process = trial.start("model", "fetch", NAME)
        wait_for(lambda: partial_size(trial) > 2 << 20)
        process.kill()
        process.communicate()
        trial.hub.faults.throttle = 0
        trial.python(f"h.snapshot_download({NAME!r})")
        status, _, err = trial.fetch()
        check("spin killed, huggingface_hub goes on, spin sweeps up", status == 0 and trial.is_valid(), err)

    with Trial(spin, 32) as trial:
        trial.hub.faults.throttle = 24 << 20
        process = trial.python(f"h.snapshot_download({NAME!r})", start=True)
        # It writes in blocks of 10 MiB from its buffer; what is on disk at the end counts.
        wait_for(lambda: partial_size(trial) > 0)
        process.kill()
        process.communicate()
        kept = partial_size(trial)
        trial.hub.faults.throttle, mark = 0, len(trial.hub.log)
        status, _, err = trial.fetch()
        check(f"huggingface_hub killed with {kept} bytes on disk, spin goes on from there",
              status == 0 and kept > 0 and trial.ranges(mark) == [f"bytes={kept}-"] and trial.is_valid(),
              (err, kept, trial.ranges(mark)))


def concurrency(spin):
    with Trial(spin) as trial:
        trial.hub.faults.throttle = 8 << 20
        ours = [trial.start("model", "fetch", NAME) for _ in range(2)]
        theirs = [trial.python(f"h.snapshot_download({NAME!r})", start=True) for _ in range(2)]
        ends = [process.communicate(timeout=120) for process in ours + theirs]
        check("two of each at once", all(process.returncode == 0 for process in ours + theirs), ends)
        check("one valid copy comes of it", trial.is_valid() and trial.hub.sent <= 2 * trial.size, trial.hub.sent)


def bad_days(spin):
    def outcome(name, change, status, text, size=8, valid=False, **environment):
        with Trial(spin, size) as trial:
            change(trial.hub.faults, trial.hub)
            found, _, err = trial.fetch(**environment)
            holds = found == status and text in err
            blob = trial.folder / "blobs" / trial.weights.sha256
            if valid:
                holds = holds and trial.is_valid()
            elif status:
                holds = holds and not blob.exists()
            check(name, holds and trial.hub.leaks == 0, (found, err))

    def set_(**values):
        return lambda faults, hub: [setattr(faults, name, value) for name, value in values.items()]

    outcome("connections cut every 3 MB", set_(cut_after=3 << 20), 0, "", valid=True)
    outcome("cut, and ranges ignored", set_(cut_after=7 << 20, cuts=2, ignore_ranges=True), 0, "", valid=True)
    outcome("429 with Retry-After: 1", set_(busy=2), 0, "too many requests", valid=True)
    outcome("503 now and then", set_(broken=3), 0, "", valid=True)
    outcome("no Content-Length", set_(no_length=True), 0, "", valid=True)
    outcome("small files by way of another address", set_(relative_redirect=True), 0, "", valid=True)
    outcome("one answer with other bytes, found out", set_(wrong_bytes=1), 69, "does not match the listed digest")
    outcome("a size that is too small", set_(wrong_listing=-1), 69, "is listed with")
    outcome("a size that is too large", set_(wrong_listing=1), 69, "is listed with")
    outcome("the store lies about the size", set_(wrong_total=3), 69, "is listed with")
    outcome("the digest changes midway", set_(other_etag="a" * 64), 69, "is served with the digest")
    outcome("a file name that leads out", set_(extra_entries=[
        {"type": "file", "path": "../../../../evil", "size": 1, "oid": "c" * 40}]), 65, "would lead out")
    outcome("a gated model without a token", lambda faults, hub: setattr(
        hub.repositories["models", NAME], "gated", True), 77, "is gated", HF_TOKEN="")
    outcome("a gated model with a token", lambda faults, hub: setattr(
        hub.repositories["models", NAME], "gated", True), 0, "", valid=True)
    outcome("a token that is none", set_(), 77, "does not accept the token", HF_TOKEN="hf_other")
    outcome("no network", set_(), 66, "HF_HUB_OFFLINE=0 spin model fetch", HF_HUB_OFFLINE="1")
    outcome("nobody there", set_(), 69, "connection refused", HF_ENDPOINT="http://127.0.0.1:9")


def speed(spin, megabytes):
    with Trial(spin, megabytes) as trial:
        start = time.monotonic()
        process = trial.start("model", "fetch", NAME)
        process.stdout.read()
        err = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        rate, memory = megabytes * 1.048576 / seconds, usage.ru_maxrss / 1024
        check(f"{megabytes} MiB at {rate:.0f} MB/s with {memory:.0f} MiB of memory", status == 0 and memory < 400, err)
        theirs = Trial(spin, megabytes)
        with theirs:
            start = time.monotonic()
            theirs.python(f"h.snapshot_download({NAME!r})")
            print(f"      (huggingface_hub: {megabytes * 1.048576 / (time.monotonic() - start):.0f} MB/s)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spin")
    parser.add_argument("--megabytes", type=int, default=256)
    arguments = parser.parse_args()
    spin = str(pathlib.Path(arguments.spin).resolve())
    assert git_name(b"Hello, World!") == "b45ef6fec89518d314f546fd6c3025367b721684"
    places(spin)
    directions(spin)
    interruptions(spin)
    concurrency(spin)
    bad_days(spin)
    speed(spin, arguments.megabytes)
    print(f"{sum(checks)} of {len(checks)} checks hold")
    sys.exit(not all(checks))


if __name__ == "__main__":
    main()
