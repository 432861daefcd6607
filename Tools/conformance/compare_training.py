# SPDX-License-Identifier: Apache-2.0
"""`spin train` against its Python originals, step by step, and adapters exchanged in both directions.

    python Tools/conformance/compare_training.py SPIN [--out docs/parity-training.md] [--only METHOD]

For small models of the four families each method takes 20 steps in the program and in Python (see
training_reference.py), from the same start on the same samples. Compared are the loss of each step and
every number at the end; then adapters of either side are used on the other, and exported patches are
merged by PEFT. Exits with 1 where a limit is passed; the document is written only where none is.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
import tempfile
import warnings

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

import compare_adapters
import compare_generation
import compare_selection
import float64_model
import parity_document
import tiny_models
import training_reference
from training_reference import Recipe

# Relative to the loss of a step.
LOSS_LIMIT = 1e-4
# Root of the mean square of the differences of a tensor, over that of its change in training.
WEIGHT_LIMIT = 1e-3
# AdamW divides by the root of squares: this rate changes no Float32, so that the start is written.
NO_RATE = 1e-30
FULL_RECIPES = {
    "llama": Recipe(2e-3), "mistral": Recipe(2e-3, "cosine", max_grad_norm=0.5),
    "qwen2": Recipe(1e-3), "qwen3": Recipe(1e-3, "constant", max_grad_norm=0.0),
}
ADAPTER_RECIPE = Recipe(5e-3, "cosine")


@dataclasses.dataclass(frozen=True)
class Method:
    """A way to train: the words of `spin train`, and its Python original."""

    name: str
    command: str
    options: tuple = ()
    original: object = training_reference.low_rank


METHODS = (
    Method("full", "full", original=training_reference.full),
    Method("LoRA", "lora", ("--lora-r", 4, "--lora-alpha", 8, "--target-modules", "all-linear")),
    Method(
        "rsLoRA, dropout", "lora",
        ("--lora-r", 5, "--lora-alpha", 4, "--use-rslora", "--lora-dropout", 0.25,
         "--target-modules", "q_proj,v_proj,down_proj")),
    Method("DoRA", "dora", ("--lora-r", 3, "--lora-alpha", 6, "--target-modules", "all-linear")),
    Method(
        "DoRA, dropout", "dora",
        ("--lora-r", 2, "--lora-alpha", 4, "--lora-dropout", 0.25,
         "--target-modules", "q_proj,o_proj,up_proj", "--layers-to-transform", "0,2")),
    Method(
        "LoReFT", "loreft", ("--rank", 3, "--layers", "0,1", "--positions", "f2+l3"),
        training_reference.low_rank_interventions),
    Method(
        "LoReFT, tied", "loreft",
        ("--rank", 4, "--layers", "1", "--positions", "f3+l3", "--share-weights"),
        training_reference.low_rank_interventions),
)


@dataclasses.dataclass(frozen=True)
class Differences:
    """How far one run is from another."""

    loss: float
    # Of the tensor where it is largest, relative to its change; and of any number.
    weights: float
    tensor: str
    largest: float


@dataclasses.dataclass(frozen=True)
class Row:
    """One method on one family."""

    method: str
    family: str
    steps: int
    first_loss: float
    last_loss: float
    ours: Differences
    # Those of the Python program in float32 from itself in float64.
    theirs: Differences
    to_python: str = ""
    from_python: str = ""

    def failures(self):
        place = f"{self.method}, {self.family}"
        if not self.ours.loss <= LOSS_LIMIT:
            yield f"{place}: a loss differs by {self.ours.loss:.2g}, at most {LOSS_LIMIT:g} is right"
        if not self.ours.weights <= WEIGHT_LIMIT:
            yield (f"{place}: {self.ours.tensor} differs by {self.ours.weights:.2g} of its change, at "
                   f"most {WEIGHT_LIMIT:g} is right")


def differences(losses, after, exact):
    """Of a run from the exact one."""
    if len(losses) != len(exact.losses) or after.keys() != exact.after.keys():
        sys.exit(f"other steps or other tensors: {sorted(after.keys() ^ exact.after.keys())[:4]}")
    relative, largest = {}, 0.0
    for name, value in exact.after.items():
        change = (value - exact.before[name]).norm().item()
        distance = (after[name].double() - value).norm().item()
        if change == 0:
            sys.exit(f"{name} does not change in training")
        relative[name] = distance / change
        largest = max(largest, (after[name].double() - value).abs().max().item())
    tensor = max(relative, key=relative.get)
    return Differences(
        max(abs(a / b - 1) for a, b in zip(losses, exact.losses)), relative[tensor], tensor, largest)


def spin_train(spin, method, model, data, recipe, out):
    """The folder that `spin train` writes, and the losses of its steps."""
    compare_selection.run(
        spin, "train", method.command, model, "--data", data, "--out", out, *method.options,
        *recipe.options, "--logging-steps", 1, "--overflow", "truncate", "--quiet")
    record = json.loads((out / "training.json").read_text())
    return [entry["loss"] for entry in record["history"]["log"]]


def tensors(folder):
    """All numbers of a model's or an adapter's folder."""
    return {
        name: value for path in sorted(folder.glob("*.safetensors"))
        for name, value in load_file(path).items()}


def compare(spin, method, family, model, data, root):
    """One method on one family; failures of the exchange come back beside it."""
    recipe = FULL_RECIPES[family] if method.command == "full" else ADAPTER_RECIPE
    place = root / method.name.replace(" ", "-").replace(",", "")
    losses = spin_train(spin, method, model, data, recipe, place / "ours")
    start = ()
    if method.command != "full":
        still = dataclasses.replace(recipe, learning_rate=NO_RATE, max_steps=1)
        spin_train(spin, method, model, data, still, place / "start")
        start = (place / "start",)
    samples = training_reference.samples(model, data)
    kind = json.loads((model / "config.json").read_text())["model_type"]
    attention = float64_model.attention_of(kind)
    exact = method.original(model, *start, samples, recipe, torch.float64)
    float64_model.restore_attention(kind, attention)
    single = method.original(model, *start, samples, recipe, torch.float32)
    row = Row(
        method.name, family, len(losses), exact.losses[0], exact.losses[-1],
        differences(losses, tensors(place / "ours"), exact),
        differences(single.losses, single.after, exact))
    if method.command == "full":
        return row, []
    exchange = exchange_interventions if method.command == "loreft" else exchange_adapters
    (to_python, from_python), failures = exchange(spin, row, model, single, samples, place)
    return dataclasses.replace(row, to_python=to_python, from_python=from_python), failures


def exchange_adapters(spin, row, model, trained, _, place):
    """The program's adapter unmerged in PEFT, PEFT's merged by the program."""
    label = f"{row.method}, {row.family}"
    failures = []
    compare_selection.run(
        spin, "adapter", "merge", model, place / "ours", "--out", place / "merged")
    base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    plain = compare_adapters.logits(base)
    peft = PeftModel.from_pretrained(base, place / "ours")
    expected = {
        training_reference.file_name(name) for name, _ in peft.named_parameters()
        if "lora_" in name}
    if expected != set(tensors(place / "ours")):
        failures.append(f"{label}: PEFT expects other tensors")
    merged = AutoModelForCausalLM.from_pretrained(place / "merged", dtype=torch.float32)
    moved = (compare_adapters.logits(peft) - plain).abs().max().item()
    distance = (compare_adapters.logits(peft) - compare_adapters.logits(merged)).abs().max().item()
    # A matrix of 16 bits rounds each weight; how much that moves logits grows with the depth.
    is_half = next(iter(tensors(model).values())).element_size() == 2
    if moved < 0.05 or distance > (0.1 if is_half else 1e-4) * moved:
        failures.append(f"{label}: logits differ by {distance:.2g} of {moved:.2g}")
    trained.model.save_pretrained(place / "theirs")
    merge = compare_adapters.compare_merge(
        spin, label, model, place / "theirs", place / "theirs-merged")
    if not merge.is_close:
        failures.append(f"{label}: PEFT's adapter, merged: {merge}")
    to_python = (f"loaded; logits move by {moved:.2g} and are those of the merged model within "
                 f"{distance:.1g}")
    return (to_python, f"merged; {merge}"), failures


def exchange_interventions(spin, row, model, trained, samples, place):
    """Greedy texts of the program's adapter in Python, and of Python's adapter in the program."""
    config = json.loads((place / "ours" / "reft_config.json").read_text())
    trained.model.write(place / "theirs", config["low_rank_dimension"], config["layers"])
    rows = [sample for sample in samples if sample[1] < 40][:12]
    tokenizer = training_reference.calibration.Samples(model).tokenizer
    prompts = [tokenizer.decode(ids[:prompt]) for ids, prompt in rows]
    prompts = [text for text in prompts if text]
    plain = compare_generation.spin_texts(spin, model, prompts, 12)
    kind = json.loads((model / "config.json").read_text())["model_type"]
    attention = float64_model.attention_of(kind)
    results, failures = [], []
    for folder in (place / "ours", place / "theirs"):
        ours = compare_generation.spin_texts(spin, model, prompts, 12, "--adapter", str(folder))
        if ours == plain:
            failures.append(f"{row.method}, {row.family}: {folder.name} changes no text")
        python = training_reference.LoReFTModel(model, folder, torch.float64)
        same = close = 0
        for text, line in zip(prompts, ours):
            tokens, margin = python.greedy(tokenizer.encode(text).ids, 12)
            end = python.model.config.eos_token_id
            tokens = tokens[: tokens.index(end)] if end in tokens else tokens
            same += tokens == line["tokens"]
            close += tokens != line["tokens"] and margin < compare_generation.MARGIN
        if same + close < len(prompts):
            failures.append(f"{row.method}, {row.family}: {len(prompts) - same - close} texts differ")
        result = f"{same} of {len(prompts)} greedy texts the same"
        results.append(result + (f", {close} with a near tie" if close else ""))
    float64_model.restore_attention(kind, attention)
    return tuple(results), failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path, help="path of the spin executable")
    parser.add_argument("--out", type=pathlib.Path, help="the document to write")
    parser.add_argument("--only", help="one method; no document then")
    parser.add_argument("--families", nargs="+", default=list(tiny_models.FAMILIES))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    # PEFT asks transformers under a name that goes away.
    warnings.simplefilter("ignore", FutureWarning)
    methods = [m for m in METHODS if arguments.only in (None, m.name)]
    rows, exports, failures = [], {}, []
    with tempfile.TemporaryDirectory() as temporary:
        top = pathlib.Path(temporary)
        files, pairs = tiny_models.write_data(top)
        data = top / "train.csv"
        # 13 steps an epoch, the last of two samples: an odd end and a second permutation.
        tiny_models.write_rows(data, pairs[::4][:50])
        options = [part for name, path in files.items() for part in ("--data", f"{name}={path}")]
        for family in arguments.families:
            root = top / family
            root.mkdir()
            tiny_models.write_model(family, root / "model", pairs, 0)
            tiny_models.write_model(family, root / "float32", pairs, 0, precision="float32")
            for method in methods:
                model = root / ("float32" if method.command == "full" else "model")
                row, wrong = compare(arguments.spin, method, family, model, data, root)
                rows.append(row)
                failures += [*row.failures(), *wrong]
                print(parity_document.line(row), flush=True)
            if not arguments.only:
                exports[family] = compare_adapters.exports(
                    arguments.spin, family, root, root / "model", options)
    rows.sort(key=lambda row: [method.name for method in METHODS].index(row.method))
    if failures:
        sys.exit("\n".join(failures))
    if arguments.out and not arguments.only:
        arguments.out.write_text(
            parity_document.text(arguments.spin, rows, exports, LOSS_LIMIT, WEIGHT_LIMIT))


if __name__ == "__main__":
    main()
