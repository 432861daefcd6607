# SPDX-License-Identifier: Apache-2.0
"""Load a tokenizer and encode a text: ours and the `tokenizers` package, side by side, one thread.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3
    swift build -c release --product tokenizer-probe
    venv/bin/python Benchmarks/tokenizers/run.py TOKENIZER_DIRECTORY TEXT_FILE

The tokenizer is loaded with its merges in both forms, as pairs and as text ("a b"), which is how most files have
them; the other form is written to a temporary folder.

Runs alternate between the two, each in a process of its own, so that both see the same machine and
neither a cache that the run before filled. Medians of `--runs` (5) go to
Benchmarks/results/tokenizers.json; runs whose ids differ in number are refused.
"""

import argparse
import json
import os
import platform
import statistics
import shutil
import subprocess
import sys
import tempfile

THEIRS = """
import json, sys, time
from tokenizers import Tokenizer
directory, text_file = sys.argv[1:]
with open(text_file, encoding="utf-8", newline="") as file:
    text = file.read()
start = time.perf_counter()
tokenizer = Tokenizer.from_file(directory + "/tokenizer.json")
loaded = time.perf_counter()
tokens = len(tokenizer.encode(text).ids)
done = time.perf_counter()
print(json.dumps({"load_seconds": loaded - start, "encode_seconds": done - loaded, "tokens": tokens}))
"""


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor()


def run(command):
    environment = dict(os.environ, RAYON_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def write_form(directory, folder, as_text):
    """Copies a tokenizer into a folder with its merges as text or as pairs."""
    with open(os.path.join(directory, "tokenizer.json"), encoding="utf-8") as file:
        document = json.load(file)
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in document["model"]["merges"]]
    document["model"]["merges"] = [" ".join(pair) for pair in pairs] if as_text else pairs
    os.makedirs(folder)
    with open(os.path.join(folder, "tokenizer.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)
    config = os.path.join(directory, "tokenizer_config.json")
    if os.path.exists(config):
        shutil.copy(config, folder)


def loads(directory, text, arguments):
    """Median seconds to load by the form of the merges."""
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, as_text in (("pairs", False), ("text", True)):
            form = os.path.join(folder, name)
            write_form(directory, form, as_text)
            ours, theirs = [], []
            for _ in range(arguments.runs):
                ours.append(run([arguments.probe, "time", form, text, "1"])["load_seconds"])
                theirs.append(run([sys.executable, "-c", THEIRS, form, text])["load_seconds"])
            result[name] = {
                "spin_load_seconds": round(statistics.median(ours), 4),
                "tokenizers_load_seconds": round(statistics.median(theirs), 4),
            }
    return result


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("text")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--probe", default=os.path.join(root, ".build/release/tokenizer-probe"))
    parser.add_argument("--out", default=os.path.join(root, "Benchmarks/results/tokenizers.json"))
    arguments = parser.parse_args()
    import tokenizers

    load_before = os.getloadavg()[0]
    ours, theirs = [], []
    for _ in range(arguments.runs):
        ours.append(run([arguments.probe, "time", arguments.directory, arguments.text, "1"]))
        theirs.append(run([sys.executable, "-c", THEIRS, arguments.directory, arguments.text]))
    counts = {result["tokens"] for result in ours + theirs}
    if len(counts) != 1:
        sys.exit(f"the numbers of tokens differ: {sorted(counts)}")

    with tempfile.NamedTemporaryFile("w", suffix=".txt") as short:
        short.write("Hello")
        short.flush()
        forms = loads(arguments.directory, short.name, arguments)

    megabytes = os.path.getsize(arguments.text) / 1e6

    def medians(results):
        load = statistics.median(r["load_seconds"] for r in results)
        encode = statistics.median(r["encode_seconds"] for r in results)
        return {
            "load_seconds": round(load, 4),
            "encode_seconds": round(encode, 4),
            "encode_megabytes_per_second": round(megabytes / encode, 2),
        }

    mine, package = medians(ours), medians(theirs)
    report = {
        "schema": "benchmark-tokenizers/2",
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "system": platform.system(),
            # Seconds of a busy machine compare with each other only.
            "load_average_before": round(load_before, 2),
        },
        "threads": 1,
        "runs": arguments.runs,
        "tokenizer": os.path.basename(os.path.normpath(arguments.directory)),
        "text": os.path.basename(arguments.text),
        "text_bytes": os.path.getsize(arguments.text),
        "tokens": counts.pop(),
        "spin": mine,
        "tokenizers": dict(package, version=tokenizers.__version__),
        "merges": forms,
        "ratio": {
            "load": round(package["load_seconds"] / mine["load_seconds"], 2),
            "encode": round(package["encode_seconds"] / mine["encode_seconds"], 2),
        },
    }
    os.makedirs(os.path.dirname(arguments.out), exist_ok=True)
    temporary = arguments.out + ".tmp"
    with open(temporary, "w") as file:
        json.dump(report, file, indent=2)
        file.write("\n")
    os.replace(temporary, arguments.out)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
