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
- Adapters that `spin train lora` and `spin train dora` write: PEFT loads them without a missing or
  unexpected key, and its unmerged logits are those of the model that `spin adapter merge` writes, up to the
  rounding of the checkpoint's type.

vLLM is not run here: that it takes these files rests on their format alone.
"""

import argparse
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


def check_export(spin, family, root, model, scores, scale):
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
    print(f"{family}, exported edit times {scale}: rank {config['r']}, {changed} weights, all "
          f"{len(expected)} tensors bit for bit; unmerged logits within {distance:.2g}")


def randomize(model, generator):
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            values = generator.standard_normal(parameter.shape) * 0.05
            if "magnitude" in name:
                values = parameter.detach().numpy() * (1 + values)
            parameter.data = torch.from_numpy(np.asarray(values)).to(torch.float32)


def check_merge(spin, family, root, model, label, settings):
    place = root / label.replace(" ", "-").replace(",", "")
    torch.manual_seed(1)
    peft = get_peft_model(load(model), LoraConfig(task_type="CAUSAL_LM", **settings))
    randomize(peft, np.random.default_rng(11))
    peft.save_pretrained(place / "adapter")
    compare_selection.run(spin, "adapter", "merge", model, place / "adapter", "--out", place / "ours")
    ours = file_tensors(place / "ours")
    theirs = PeftModel.from_pretrained(load(model), place / "adapter").merge_and_unload().state_dict()
    base = file_tensors(model)
    total = differing = 0
    worst = 0.0
    for name, tensor in ours.items():
        other = theirs[name]
        if torch.equal(bits(other), bits(base[name])):
            if not torch.equal(bits(tensor), bits(other)):
                sys.exit(f"{family}, {label}: {name} should not have changed")
            continue
        differs = bits(tensor) != bits(other)
        total += tensor.numel()
        differing += int(differs.sum())
        error = (tensor.double() - other.double()).abs() / (
            torch.finfo(tensor.dtype).eps * other.double().abs().clamp(min=2e-2))
        worst = max(worst, error.max().item())
    if not total:
        sys.exit(f"{family}, {label}: nothing was merged")
    exact = settings["r"] == 1
    if exact and differing:
        sys.exit(f"{family}, {label}: {differing} of {total} weights differ; one product has one value")
    half = next(iter(ours.values())).element_size() == 2
    if worst > 4 or (half and differing > 1e-3 * total):
        sys.exit(f"{family}, {label}: {differing} of {total} differ, by up to {worst:.2g} eps")
    print(f"{family}, {label}: {total - differing} of {total} weights bit for bit, "
          f"the others within {worst:.2g} eps")


def check_trained(spin, family, root, model, data, method):
    place = root / f"trained-{method}"
    compare_selection.run(
        spin, "train", method, model, "--data", data, "--out", place / "adapter", "--max-steps", 8,
        "--learning-rate", "5e-3", "--target-modules", "all-linear", "--lora-r", 3, "--overflow",
        "truncate", "--quiet")
    compare_selection.run(spin, "adapter", "merge", model, place / "adapter", "--out", place / "merged")
    base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    plain = logits(base)
    peft = PeftModel.from_pretrained(base, place / "adapter")
    keys = {name for name, _ in peft.named_parameters() if "lora_" in name}
    with safe_open(place / "adapter" / "adapter_model.safetensors", "pt") as file:
        saved = {
            name.replace(".weight", "").replace(".lora_A", ".lora_A.default.weight")
            .replace(".lora_B", ".lora_B.default.weight")
            .replace(".lora_magnitude_vector", ".lora_magnitude_vector.default.weight")
            for name in file.keys()}
    if keys != saved:
        sys.exit(f"{family}, trained {method}: PEFT has {sorted(keys ^ saved)[:4]} besides")
    merged = AutoModelForCausalLM.from_pretrained(place / "merged", dtype=torch.float32)
    distance = (logits(peft) - logits(merged)).abs().max().item()
    moved = (logits(peft) - plain).abs().max().item()
    # A matrix of 16 bits rounds each weight; how much that moves logits grows with the depth.
    limit = {torch.float32: 1e-4}.get(next(iter(file_tensors(model).values())).dtype, 0.1) * moved
    if moved < 0.05 or distance > limit:
        sys.exit(f"{family}, trained {method}: logits differ by {distance:.2g} of {moved:.2g}")
    print(f"{family}, trained {method}: PEFT's logits move by {moved:.2g}, and are those of the merged "
          f"model within {distance:.2g}")


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
            model, scores = root / "model", root / "scores"
            tiny_models.write_model(family, model, pairs, 0)
            compare_selection.run(
                arguments.spin, "score", model, *options, "--nsamples", 8, "--target-module", "all",
                "--overflow", "truncate", "--out", scores)
            # Halving is exact in every type; other factors are refused in float32 where they are not.
            for scale in ("0", "0.5"):
                check_export(arguments.spin, family, root, model, scores, scale)
            for label, settings in ADAPTERS.items():
                check_merge(arguments.spin, family, root, model, label, settings)
            for method in ("lora", "dora"):
                check_trained(
                    arguments.spin, family, root, model, data["privacy"], method)


if __name__ == "__main__":
    main()
