# SPDX-License-Identifier: Apache-2.0
"""Adapters against PEFT: exported patches and merges, bit by bit.

    python Tools/conformance/compare_adapters.py SPIN

For small models of the four families in their own precisions:

- `spin patch export` of an edit, with scale 0 and, where a type can hold it, 0.5: PEFT loads it, merges
  it, and every tensor has the bits of the checkpoint that `spin patch apply` writes; unmerged, logits are
  the same up to rounding.
- LoRA and DoRA adapters that PEFT makes, of several ranks, with patterns and rank stabilization: `spin
  adapter merge` against `merge_and_unload`. Bits are the same but where the order of a sum decides a
  rounding; how many differ, and by how much, is printed and bounded.

Adapters that are trained, here and there, are compare_training.py's.

vLLM is not run here: that it takes these files rests on their format alone.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
import tempfile

import numpy as np
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors import safe_open
from transformers import AutoModelForCausalLM

import compare_selection
import tiny_models

transformers.utils.logging.disable_progress_bar()

INTEGERS = {2: torch.int16, 4: torch.int32}
PROMPT = list(range(3, 40))

ADAPTERS = {
    "LoRA, rank 1": dict(r=1, lora_alpha=2, target_modules="all-linear"),
    "LoRA, rank 6, patterns": dict(
        r=6, lora_alpha=9, target_modules=["q_proj", "o_proj", "up_proj"],
        rank_pattern={"q_proj": 2}, alpha_pattern={"layers.1.mlp.up_proj": 3}),
    "rsLoRA, rank 5": dict(
        r=5, lora_alpha=4, use_rslora=True, target_modules=r".*\.(1|2)\..*(v|down)_proj"),
    "DoRA, rank 4": dict(r=4, lora_alpha=8, use_dora=True, target_modules="all-linear"),
}


def load(directory):
    """In the precision of the checkpoint."""
    return AutoModelForCausalLM.from_pretrained(directory, dtype="auto")


def file_tensors(directory):
    """Every tensor of a checkpoint by name."""
    tensors = {}
    for path in sorted(directory.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            tensors |= {name: file.get_tensor(name) for name in file.keys()}
    return tensors


def bits(tensor):
    return tensor.contiguous().view(INTEGERS[tensor.element_size()])


def logits(model):
    ids = torch.tensor([[i % model.config.vocab_size for i in PROMPT]])
    with torch.no_grad():
        return model(input_ids=ids).logits.float()


def write_patch(spin, model, scores, path, scale):
    compare_selection.run(
        spin, "select", model, "--scores", scores, "--q", "2e-2", "--p", "1e-3", "--scale", scale,
        "--target-module", "all", "--out", path)


@dataclasses.dataclass(frozen=True)
class Export:
    """An edit as an adapter, that PEFT merged to the checkpoint's own bits."""

    rank: int
    changed: int
    tensors: int
    unmerged_distance: float


def check_export(spin, family, root, model, scores, scale):
    """What came of the export; ends the comparison where one bit differs."""
    patch, adapter, patched = (
        root / f"patch-{scale}.json", root / f"adapter-{scale}", root / f"patched-{scale}")
    write_patch(spin, model, scores, patch, scale)
    compare_selection.run(
        spin, "patch", "export", patch, "--model", model, "--as", "peft-lora", "--out", adapter)
    compare_selection.run(spin, "patch", "apply", model, patch, "--out", patched)
    peft = PeftModel.from_pretrained(load(model), adapter)
    unmerged = logits(peft)
    config = json.loads((adapter / "adapter_config.json").read_text())
    merged = peft.merge_and_unload()
    expected = file_tensors(patched)
    state = merged.state_dict()
    base = file_tensors(model)
    changed = 0
    for name, tensor in expected.items():
        if state[name].dtype != tensor.dtype or not torch.equal(bits(state[name]), bits(tensor)):
            sys.exit(f"{family}, scale {scale}: {name} merged by PEFT differs from the patched one")
        changed += int((bits(tensor) != bits(base[name])).sum())
    if not changed:
        sys.exit(f"{family}, scale {scale}: the patch changes nothing")
    distance = (unmerged - logits(load(patched))).abs().max().item()
    return Export(config["r"], changed, len(expected), distance)


def exports(spin, family, root, model, options):
    """The exports of one family by their scale."""
    scores = root / "scores"
    compare_selection.run(
        spin, "score", model, *options, "--nsamples", 8, "--target-module", "all",
        "--overflow", "truncate", "--out", scores)
    # Halving is exact in every type; other factors are refused in float32 where they are not.
    return {scale: check_export(spin, family, root, model, scores, scale) for scale in ("0", "0.5")}


def randomize(model, generator):
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            values = generator.standard_normal(parameter.shape) * 0.05
            if "magnitude" in name:
                values = parameter.detach().numpy() * (1 + values)
            parameter.data = torch.from_numpy(np.asarray(values)).to(torch.float32)


@dataclasses.dataclass(frozen=True)
class Merge:
    """The weights of adapted matrices, merged here and by PEFT."""

    total: int
    differing: int
    # The largest difference, in the type's distance of one to its next number.
    worst: float
    is_half: bool

    @property
    def is_close(self):
        return self.worst <= 4 and not (self.is_half and self.differing > 1e-3 * self.total)

    def __str__(self):
        if not self.differing:
            return f"all {self.total} weights bit for bit"
        return (f"{self.total - self.differing} of {self.total} weights bit for bit, the others "
                f"within {self.worst:.2g} eps")


def compare_merge(spin, label, model, adapter, out):
    """`spin adapter merge` into the folder `out`, against `merge_and_unload`."""
    compare_selection.run(spin, "adapter", "merge", model, adapter, "--out", out)
    ours = file_tensors(out)
    theirs = PeftModel.from_pretrained(load(model), adapter).merge_and_unload().state_dict()
    base = file_tensors(model)
    total = differing = 0
    worst = 0.0
    for name, tensor in ours.items():
        other = theirs[name]
        if torch.equal(bits(other), bits(base[name])):
            if not torch.equal(bits(tensor), bits(other)):
                sys.exit(f"{label}: {name} should not have changed")
            continue
        differs = bits(tensor) != bits(other)
        total += tensor.numel()
        differing += int(differs.sum())
        error = (tensor.double() - other.double()).abs() / (
            torch.finfo(tensor.dtype).eps * other.double().abs().clamp(min=2e-2))
        worst = max(worst, error.max().item())
    if not total:
        sys.exit(f"{label}: nothing was merged")
    return Merge(total, differing, worst, next(iter(ours.values())).element_size() == 2)


def check_merge(spin, family, root, model, label, settings):
    place = root / label.replace(" ", "-").replace(",", "")
    torch.manual_seed(1)
    peft = get_peft_model(load(model), LoraConfig(task_type="CAUSAL_LM", **settings))
    randomize(peft, np.random.default_rng(11))
    peft.save_pretrained(place / "adapter")
    merge = compare_merge(spin, f"{family}, {label}", model, place / "adapter", place / "ours")
    if settings["r"] == 1 and merge.differing:
        sys.exit(f"{family}, {label}: {merge.differing} weights differ; one product has one value")
    if not merge.is_close:
        sys.exit(f"{family}, {label}: {merge}")
    print(f"{family}, {label}: {merge}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path, help="path of the spin executable")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        top = pathlib.Path(temporary)
        data, pairs = tiny_models.write_data(top)
        options = [part for name, path in data.items() for part in ("--data", f"{name}={path}")]
        for family in tiny_models.FAMILIES:
            root = top / family
            root.mkdir()
            model = root / "model"
            tiny_models.write_model(family, model, pairs, 0)
            for scale, export in exports(arguments.spin, family, root, model, options).items():
                print(f"{family}, exported edit times {scale}: rank {export.rank}, {export.changed} "
                      f"weights, all {export.tensors} tensors bit for bit; unmerged logits within "
                      f"{export.unmerged_distance:.2g}")
            for label, settings in ADAPTERS.items():
                check_merge(arguments.spin, family, root, model, label, settings)


if __name__ == "__main__":
    main()
