# SPDX-License-Identifier: Apache-2.0
"""Checks a patched copy from outside: transformers loads it, and only the patch differs.

    python Tools/conformance/load_patched.py BASE PATCHED PATCH
    python Tools/conformance/load_patched.py --spin SPIN

The first form checks a copy that exists. The second makes small models of the four families, runs
`spin run --save-model` on each and applies its patch once more with `spin patch apply --out`.

Checked: the same files, those without weights byte for byte; the same tensors, types and shapes;
the elements whose bits differ are exactly those that the patch changes, and have the bits it says
before and after; the copy loads in transformers without a missing or unexpected key, runs, gives
finite logits, and different ones if the patch changes anything.
"""

import argparse
import pathlib
import sys
import tempfile

import torch
import transformers
from safetensors import safe_open
from transformers import AutoModelForCausalLM

import compare_selection
import patch_file
import tiny_models

transformers.utils.logging.disable_progress_bar()

INTEGERS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
PROMPT = list(range(3, 40))


def files(directory):
    return {str(p.relative_to(directory)): p for p in directory.rglob("*") if p.is_file()}


def changed_elements(base, patched):
    """Tensor name to {flat index: (bits before, bits after)}, of two files of the same tensors."""
    result = {}
    with safe_open(base, "pt") as a, safe_open(patched, "pt") as b:
        if list(a.keys()) != list(b.keys()) or a.metadata() != b.metadata():
            sys.exit(f"{patched}: other tensors or metadata than {base}")
        for name in a.keys():
            x, y = a.get_tensor(name), b.get_tensor(name)
            if x.dtype != y.dtype or x.shape != y.shape:
                sys.exit(f"{patched}: {name} has another type or shape")
            kind = INTEGERS[x.element_size()]
            mask = 2 ** (8 * x.element_size()) - 1
            x, y = x.view(kind).flatten(), y.view(kind).flatten()
            differs = (x != y).nonzero().flatten().tolist()
            if differs:
                result[name] = {i: (x[i].item() & mask, y[i].item() & mask) for i in differs}
    return result


def logits(directory):
    """Logits of a fixed prompt; loading must leave no key missing or unexpected."""
    model, info = AutoModelForCausalLM.from_pretrained(directory, output_loading_info=True)
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if info[problem]:
            sys.exit(f"{directory}: {problem} {sorted(map(str, info[problem]))[:5]}")
    ids = torch.tensor([[i % model.config.vocab_size for i in PROMPT]])
    with torch.no_grad():
        return model(input_ids=ids).logits.float()


def check(base, patched, patch, label, card=False):
    """Prints one line; ends the program if anything is not as it should be.

    With `card` the patched model has a model card that the base has not.
    """
    ours, theirs = files(base), files(patched)
    if card and "README.md" not in theirs:
        sys.exit(f"{label}: there is no model card")
    if card:
        del theirs["README.md"]
    # An edited copy carries its patch.
    enclosed = theirs.pop("spin-patch.json", None)
    if enclosed is None or patch_file.changes(enclosed) != patch_file.changes(patch):
        sys.exit(f"{label}: spin-patch.json is not the patch")
    if set(ours) != set(theirs):
        sys.exit(f"{label}: files differ: {sorted(set(ours) ^ set(theirs))}")
    changed = {}
    for name in ours:
        if name.endswith(".safetensors"):
            changed |= changed_elements(ours[name], theirs[name])
        elif ours[name].read_bytes() != theirs[name].read_bytes():
            sys.exit(f"{label}: {name} differs")
    listed = patch_file.changes(patch)
    if changed != listed:
        names = sorted(n for n in set(changed) | set(listed) if changed.get(n) != listed.get(n))
        sys.exit(f"{label}: what differs is not what the patch says: {names[:5]}")
    before, after = logits(base), logits(patched)
    if not torch.isfinite(after).all():
        sys.exit(f"{label}: logits of the patched model are not finite")
    if listed and torch.equal(before, after):
        sys.exit(f"{label}: the patched model computes the same as the base")
    count = sum(map(len, listed.values()))
    print(f"{label}: {count} elements of {len(listed)} tensors differ, exactly as listed; "
          f"logits move by at most {(after - before).abs().max().item():.2g}")


def check_families(spin):
    """The whole job on small models of the four families, as one command and then in its parts."""
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        data, pairs = tiny_models.write_data(root)
        options = [part for name, path in data.items() for part in ("--data", f"{name}={path}")]
        options += ["--nsamples", 16, "--target-module", "all", "--overflow", "truncate"]
        shares = ["--p", "1e-2", "--q", "1e-2", "--rule", "paper"]
        for family in tiny_models.FAMILIES:
            base, out, copy = root / family, root / f"{family}-run", root / f"{family}-copy"
            tiny_models.write_model(family, base, pairs, 0)
            compare_selection.run(
                spin, "run", base, *options, *shares, "--out", out, "--save-model")
            check(base, out / "model", out / "patch.json", f"{family}, spin run", card=True)
            compare_selection.run(
                spin, "patch", "apply", base, out / "patch.json", "--out", copy)
            check(base, copy, out / "patch.json", f"{family}, spin patch apply")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=pathlib.Path, metavar="BASE PATCHED PATCH")
    parser.add_argument("--spin", type=pathlib.Path, help="path of the spin executable")
    arguments = parser.parse_args()
    if arguments.spin and not arguments.paths:
        check_families(arguments.spin)
    elif len(arguments.paths) == 3 and not arguments.spin:
        check(*arguments.paths, arguments.paths[1].name)
    else:
        parser.error("give BASE PATCHED PATCH, or --spin SPIN")


if __name__ == "__main__":
    main()
