# SPDX-License-Identifier: Apache-2.0
"""What compare_training.py found, as the document docs/parity-training.md."""

import peft
import torch
import transformers

import compare_selection

INTRODUCTION = """# Training beside its Python originals

`make parity` computes all of this again, with the real `spin train` and Python in one run, and fails where a
limit is passed. Written by `Tools/conformance/compare_training.py` with
{versions}.

Small models of the four families (3 layers, 60 wide, random weights); 50 samples, {steps} optimizer steps of
2 x 2 samples from two epochs, the same start on both sides. Python is transformers with `torch.optim.AdamW`, PEFT, and
for LoReFT a transcription of pyreft (`Tools/fixtures/loreft.py`). It computes in float64, so that differences
are those of `spin`; beside them stands how far the same Python program is in float32, its usual precision.

## Losses and numbers after {steps} steps

- *loss*: the largest difference of a step's loss, relative to it. At most {loss_limit:g}.
- *numbers*: of the tensor where it is largest, the root mean square of the differences at the end over that of the
  change in training. At most {weight_limit:g}. AdamW divides by the root of squares, so that a gradient near zero
  moves a number by a whole step either way: that is what float32 differs by, on both sides.
- *largest*: the largest difference of any number.

"""
EXCHANGE = """
## Adapters exchanged

From `spin` to Python: LoRA and DoRA are loaded by PEFT without a missing or unexpected tensor, unmerged, and give
the logits of the model that `spin adapter merge` writes, within 1e-4 of what the adapter moves them by (a tenth
where the checkpoint has 16 bits, to which merging rounds: all but llama here). From Python: what PEFT trained and
saved is merged by `spin adapter merge` and by PEFT, within 4 eps (the distance of one to the type's next number), and
with 16 bits all but a thousandth of the weights have the same bits. LoReFT changes states and is never merged: greedy
texts of 12 tokens, `spin generate --adapter` beside the transcription in float64, the same up to ties.

"""
EXPORT = """
## Edits exported as LoRA

`spin patch export --as peft-lora`, loaded and merged by PEFT: every tensor has the bits of what `spin patch apply`
writes.

"""


def text(spin, rows, exports, loss_limit, weight_limit):
    """The document."""
    versions = ", ".join((
        f"spin {compare_selection.run(spin, '--version').strip()}", f"torch {torch.__version__}",
        f"transformers {transformers.__version__}", f"peft {peft.__version__}"))
    parts = [INTRODUCTION.format(
        versions=versions, steps=rows[0].steps, loss_limit=loss_limit, weight_limit=weight_limit)]
    parts.append(table(
        ("method", "family", "loss, first to last", "loss: spin", "float32 Python", "numbers: spin",
         "float32 Python", "largest: spin", "float32 Python"),
        [(row.method, row.family, f"{row.first_loss:.3f} to {row.last_loss:.3f}",
          *(f"{value:.1e}" for value in (
              row.ours.loss, row.theirs.loss, row.ours.weights, row.theirs.weights,
              row.ours.largest, row.theirs.largest))) for row in rows]))
    parts.append(EXCHANGE)
    parts.append(table(
        ("method", "family", "from spin to Python", "from Python to spin"),
        [(row.method, row.family, row.to_python, row.from_python)
         for row in rows if row.to_python]))
    parts.append(EXPORT)
    parts.append(table(
        ("family", "factor", "rank", "changed weights", "equal bits", "unmerged logits within"),
        [(family, scale, export.rank, export.changed, f"all {export.tensors} tensors",
          f"{export.unmerged_distance:.1e}")
         for family, found in exports.items() for scale, export in found.items()]))
    return "".join(parts)


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def line(row):
    """One method on one family, for the terminal."""
    return (f"{row.method}, {row.family}: loss {row.ours.loss:.1e} (float32 Python "
            f"{row.theirs.loss:.1e}), numbers {row.ours.weights:.1e} ({row.theirs.weights:.1e}, "
            f"{row.ours.tensor}), largest {row.ours.largest:.1e} ({row.theirs.largest:.1e}); "
            f"{row.to_python}; {row.from_python}")
