# SPDX-License-Identifier: Apache-2.0
"""What compare_training.py found, as the document docs/parity-training.md."""

import peft
import torch
import transformers

import compare_selection

INTRODUCTION = """# Training compared with its Python originals

`make parity` recomputes this page, running `spin train` and Python, and fails if a limit is exceeded. Written by
`Tools/conformance/compare_training.py` with
{versions}.

Small models of the four families (3 layers, hidden size 60, random weights) are trained on 50 samples for {steps} optimizer steps of
2 x 2 samples, from two epochs, with the same initial weights on both sides. Python is transformers with `torch.optim.AdamW`, PEFT,
and for LoReFT a transcription of pyreft (`Tools/fixtures/loreft.py`). It computes in float64, so that differences
are due to `spin`; for comparison, the tables also give the error of the same Python program in float32, its usual precision.

## Losses and numbers after {steps} steps

- *loss*: the largest relative difference of a step's loss. At most {loss_limit:g}.
- *numbers*: the root mean square of the differences in the final values, divided by that of the change in training, for the tensor
  where this ratio is largest. At most {weight_limit:g}. AdamW divides by the root of the second moment, so a gradient near zero can
  move a value by a whole step in either direction; this accounts for the float32 errors on both sides.
- *largest*: the largest absolute difference of any value.

"""
EXCHANGE = """
## Adapters exchanged

From `spin` to Python: PEFT loads LoRA and DoRA adapters without a missing or unexpected tensor. Unmerged, they give
the logits of the model that `spin adapter merge` writes, within 1e-4 of the adapter's effect on them (within a tenth
for checkpoints of 16 bits, to which merging rounds: all but llama here). From Python to `spin`: adapters that PEFT trained and
saved are merged by `spin adapter merge` and by PEFT; the results agree within 4 eps (eps is the distance from 1 to the type's next number),
and with 16 bits all but a thousandth of the weights have the same bits. LoReFT changes hidden states and cannot be merged: instead, greedy
texts of 12 tokens by `spin generate --adapter` and by the transcription in float64 are compared, and are the same up to ties.

"""
EXPORT = """
## Edits exported as LoRA

An edit exported by `spin patch export --as peft-lora` is loaded and merged by PEFT: every tensor equals that written by
`spin patch apply`, bit for bit.

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
