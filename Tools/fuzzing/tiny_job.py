# SPDX-License-Identifier: Apache-2.0
"""A folder with a model of some thousand weights, its tokenizer and data: what every command needs."""

import json
import pathlib
import shutil

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / "Tests/Fixtures"
DATA_SETS = ("privacy", "fairness", "general")


def tokenizer():
    """Byte-level BPE of the letters and five merges: fewer entries than any model of the fixtures has."""
    merges = [["t", "h"], ["th", "e"], ["Ġ", "the"], ["i", "n"], ["Ġ", "a"]]
    symbols = ["<s>", "<unk>", "Ġ", "?", "."] + list("abcdefghijklmnopqrstuvwxyz")
    vocabulary = {text: index for index, text in enumerate(symbols + ["".join(pair) for pair in merges])}
    return {
        "version": "1.0",
        "added_tokens": [{
            "id": 0, "content": "<s>", "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": True}],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel"},
        "model": {
            "type": "BPE", "unk_token": None, "byte_fallback": False, "ignore_merges": False,
            "vocab": vocabulary, "merges": merges},
    }


def make(folder, family="llama"):
    """Fills a new folder: model/, one CSV file a data set, questions.csv, text.txt."""
    folder = pathlib.Path(folder)
    model = folder / "model"
    model.mkdir(parents=True)
    for path in (FIXTURES / "models" / family).iterdir():
        if path.name == "config.json" or path.name.startswith("model"):
            shutil.copy(path, model)
    (model / "tokenizer.json").write_text(json.dumps(tokenizer()))
    for name in DATA_SETS:
        rows = [f"what is {name} {letter}?,the {name} of {letter} is fine." for letter in "abcdefghijkl"]
        (folder / f"{name}.csv").write_text("prompt,response\n" + "\n".join(rows) + "\n")
    (folder / "questions.csv").write_text(
        "question\n" + "\n".join(f"is {letter} fair?" for letter in "abcdef") + "\n")
    (folder / "text.txt").write_text("the cat is in a house. a dog is in the barn.\n" * 20)
    return folder
