# SPDX-License-Identifier: Apache-2.0
"""Seeds of the fuzzing targets, taken from the fixtures of the tests and from Fuzzing/Seeds.

    python3 Tools/fuzzing/seeds.py OUT      writes OUT/TARGET/NAME for every target, and OUT/companions

Needs nothing but Python. Files above 20 kB are left out: libFuzzer does best with small inputs.
"""

import json
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / "Tests/Fixtures"
LIMIT = 20_000


def main():
    out = pathlib.Path(sys.argv[1])

    def add(target, name, content):
        data = content if isinstance(content, bytes) else content.encode()
        if len(data) > LIMIT:
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
    # A header is what is read here; tensors may be missing.
    for path in FIXTURES.glob("gguf/*.gguf"):
        add("gguf", path.name, path.read_bytes()[:LIMIT])
    for folder in (ROOT / "Fuzzing/Seeds").iterdir():
        for path in folder.iterdir():
            add(folder.name, path.name, path.read_bytes())

    companions = out / "companions"
    companions.mkdir(parents=True, exist_ok=True)
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        shutil.copy(FIXTURES / "adapters/llama-lora" / name, companions)
    shutil.copy(FIXTURES / "loreft/llama/reft_model.safetensors", companions)


main()
