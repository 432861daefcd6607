# SPDX-License-Identifier: Apache-2.0
"""A job of some thousand weights, and the commands that write, for the campaigns of this folder."""

import json
import pathlib
import shutil

ROOT = pathlib.Path(__file__).resolve().parents[2]
MERGES = [["t", "h"], ["th", "e"], ["Ġ", "the"], ["i", "n"], ["Ġ", "a"]]
NAMES = ("privacy", "fairness", "general")


def tokenizer():
    """Byte-level BPE of the letters and five merges."""
    symbols = ["<s>", "<unk>", "Ġ", "?", "."] + list("abcdefghijklmnopqrstuvwxyz")
    symbols += ["".join(merge) for merge in MERGES]
    special = {
        "id": 0, "content": "<s>", "single_word": False, "lstrip": False, "rstrip": False,
        "normalized": False, "special": True}
    return {
        "version": "1.0", "added_tokens": [special], "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True},
        "post_processor": None, "decoder": {"type": "ByteLevel"},
        "model": {
            "type": "BPE", "unk_token": None, "byte_fallback": False, "ignore_merges": False,
            "vocab": {symbol: index for index, symbol in enumerate(symbols)}, "merges": MERGES}}


def make(folder):
    """Writes model, data, questions and a text."""
    model = folder / "model"
    model.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        shutil.copy(ROOT / "Tests/Fixtures/models/llama" / name, model / name)
    (model / "tokenizer.json").write_text(json.dumps(tokenizer()))
    for name in NAMES:
        rows = [f"what is {name} {letter}?,the {name} of {letter} is fine." for letter in "abcdefghijkl"]
        (folder / f"{name}.csv").write_text("prompt,response\n" + "\n".join(rows) + "\n")
        asked = [f"who is the {name} in {letter}?" for letter in "abcdef"]
        (folder / f"q-{name}.csv").write_text("question\n" + "\n".join(asked) + "\n")
    (folder / "text.txt").write_text("the cat is in the hat. a rat ate the hat in a vat.\n" * 12)


def data():
    return [part for name in NAMES for part in ("--data", f"{name}={name}.csv")]


SCORING = ["--nsamples", "4", "--target-module", "all", "--threads", "1", "-q"]
MEASURES = [
    "--questions", "privacy=q-privacy.csv", "--question-column", "question", "--max-new-tokens", "4",
    "--text", "text.txt", "--window", "16", "--text-limit", "3"]
# What a command needs that another one makes, as (name, arguments).
SCORE = ["score", "model", *data(), *SCORING, "--out", "scores"]
SELECT = ["select", "model", "--scores", "scores", "--count", "30", "--out", "patch.json"]
LORA = [
    "train", "lora", "model", "--data", "general.csv", "--max-steps", "3", "--lora-r", "2",
    "--learning-rate", "1e-2", "--no-append-eos", "--threads", "1", "-q", "--out", "adapter"]

# Name: what is made before without faults, the command, and what of the folder is its result.
COMMANDS = {
    "score": ([], SCORE, ["scores"]),
    "select": ([SCORE], SELECT, ["patch.json"]),
    "run": (
        [], ["run", "model", *data(), *SCORING, "--count", "30", *MEASURES, "--save-model", "--out", "out"],
        ["out"]),
    "compare": (
        [],
        ["compare", "model", *data(), "--nsamples", "4", "--target-module", "all", "--threads", "1", "-q",
         "--count", "30", "--methods", "spin,random,lora", "--seeds", "3", "--train", "general.csv",
         "--max-steps", "2", "--learning-rate", "lora=1e-2", "--lora-r", "2", "--no-append-eos", *MEASURES,
         "--out", "out"], ["out"]),
    "sweep": (
        [SCORE],
        ["sweep", "model", "--scores", "scores", "--count", "10,30", *MEASURES, "--threads", "1", "-q",
         "--out", "out"], ["out"]),
    "train full": (
        [],
        ["train", "full", "model", "--data", "general.csv", "--max-steps", "3", "--learning-rate", "1e-2",
         "--no-append-eos", "--threads", "1", "-q", "--out", "out"], ["out"]),
    "train lora": ([], LORA, ["adapter"]),
    "adapter merge": ([LORA], ["adapter", "merge", "model", "adapter", "--out", "out"], ["out"]),
    "patch apply": ([SCORE, SELECT], ["patch", "apply", "model", "patch.json", "--out", "out"], ["out"]),
    "patch apply --in-place": (
        [SCORE, SELECT], ["patch", "apply", "model", "patch.json", "--in-place"], ["model"]),
    "evaluate awareness": (
        [],
        ["evaluate", "awareness", "model", "--questions", "privacy=q-privacy.csv", "--question-column",
         "question", "--max-new-tokens", "4", "--threads", "1", "-q", "--out", "out"], ["out"]),
    "evaluate perplexity": (
        [],
        ["evaluate", "perplexity", "model", "--text", "text.txt", "--window", "16", "--text-limit", "3",
         "--threads", "1", "-q", "--out", "out"], ["out"]),
}
