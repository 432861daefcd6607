# SPDX-License-Identifier: Apache-2.0
"""Seeds of the fuzzing targets, taken from the fixtures of the tests and from Fuzzing/Seeds.

    python3 Tools/fuzzing/seeds.py OUT      writes OUT/TARGET/NAME for every target, and OUT/companions

Needs nothing but Python. Files above 20 kB are left out: libFuzzer does best with small inputs. Files of GGUF
are refused as a whole where their end is missing, so they may have the 64 kB that an input may have.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import tiny_job

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / "Tests/Fixtures"
LIMIT = 20_000
LARGEST_INPUT = 65_536


def main():
    out = pathlib.Path(sys.argv[1])

    def add(target, name, content, limit=LIMIT):
        data = content if isinstance(content, bytes) else content.encode()
        if len(data) > limit:
            return
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    def add_file(target, path):
        add(target, "-".join(path.relative_to(FIXTURES).parts), path.read_bytes())

    for path in FIXTURES.glob("models/*/config.json"):
        add_file("config", path)
        add_file("json", path)
    for index, case in enumerate(json.loads((FIXTURES / "configurations.json").read_text())):
        if index % 3 == 0:
            add("config", f"case-{index}", json.dumps(case["config"]))
    for path in FIXTURES.glob("**/*.safetensors"):
        add_file("safetensors", path)
    templates = json.loads((FIXTURES / "templates.json").read_text())
    for index, case in enumerate(templates["cases"]):
        add("template", f"case-{index}", case.get("source", ""))
    add("template", "thinking", templates["thinking"])
    for index, case in enumerate(json.loads((FIXTURES / "tokenization.json").read_text())["tokenizers"]):
        add("tokenizer", f"case-{index}", json.dumps(case["document"]))
    for path in FIXTURES.glob("adapters/*/adapter_config.json"):
        add_file("adapter-config", path)
    for path in FIXTURES.glob("adapters/*/adapter_model.safetensors"):
        add_file("adapter-weights", path)
    for path in FIXTURES.glob("loreft/*/reft_config.json"):
        add_file("loreft", path)
    for path in FIXTURES.glob("pytorch/**/*.bin"):
        add_file("pytorch", path)
    for path in FIXTURES.glob("gguf/*.gguf"):
        for target in ("gguf", "gguf-import"):
            add(target, path.name, path.read_bytes(), LARGEST_INPUT)
    for path in FIXTURES.glob("models/*/*.index.json"):
        add_file("shard-index", path)
    for path in FIXTURES.glob("models/*/tokenizer_config.json"):
        add_file("tokenizer-config", path)
    for index, case in enumerate(json.loads((FIXTURES / "adapters/patterns.json").read_text())["cases"][:40]):
        add("module-pattern", f"case-{index}", case[0])
    vocabulary, merges = pairs()
    add("vocabulary", "small.json", vocabulary)
    add("merges", "small.txt", merges)
    add("training-state", "none.safetensors", training_state())
    for folder in (ROOT / "Fuzzing/Seeds").iterdir():
        for path in folder.iterdir():
            add(folder.name, path.name, path.read_bytes())

    companions = out / "companions"
    companions.mkdir(parents=True, exist_ok=True)
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        shutil.copy(FIXTURES / "adapters/llama-lora" / name, companions)
    shutil.copy(FIXTURES / "loreft/llama/reft_model.safetensors", companions)
    (companions / "vocab.json").write_text(vocabulary)
    (companions / "merges.txt").write_text(merges)
    (companions / "tokenizer.json").write_text(json.dumps(tiny_job.tokenizer()))
    shutil.copy(ROOT / "Fuzzing/Seeds/sentencepiece/small.model", companions / "tokenizer.model")
    with tempfile.TemporaryDirectory() as folder:
        job = tiny_job.make(pathlib.Path(folder) / "job")
        shutil.copytree(job / "model", companions / "model")
    shutil.copytree(FIXTURES / "models/llama3", companions / "sharded", ignore=shutil.ignore_patterns("golden*", "sel*"))
    arm = json.loads((ROOT / "Fuzzing/Seeds/comparison/compare.json").read_text())["arms"][0]["folder"]
    (companions / "comparison" / arm).mkdir(parents=True)
    shutil.copy(ROOT / "Fuzzing/Seeds/patch/run.json", companions / "comparison" / arm / "patch.json")


def pairs():
    """The texts of vocab.json and merges.txt: byte-level BPE of a few letters."""
    model = tiny_job.tokenizer()["model"]
    # All bytes have a letter of their own in this alphabet.
    letters = [chr(code) for code in (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x144))]
    symbols = list(dict.fromkeys(letters + ["".join(pair) for pair in model["merges"]]))
    merges = "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in model["merges"])
    return json.dumps({text: index for index, text in enumerate(symbols)}, ensure_ascii=False), merges


def training_state():
    """The state of a run that trains nothing."""
    history = {
        "steps": 3, "tokens": 40, "stopped_early": False, "pending_loss": 0.5, "pending_steps": 1,
        "log": [{"step": 2, "epoch": 0.5, "learning_rate": 1e-3, "loss": 2.5, "grad_norm": None}],
        "evaluations": [{"step": 2, "epoch": 0.5, "loss": 2.25}],
    }
    metadata = {"schema": "training-checkpoint/1", "identity": "0", "history": json.dumps(history)}
    header = json.dumps({"__metadata__": metadata}).encode()
    return len(header).to_bytes(8, "little") + header


main()
