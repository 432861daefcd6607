# SPDX-License-Identifier: Apache-2.0
"""Reads score files and compares them with dense float64 scores."""

import numpy as np
from safetensors.numpy import load_file


def read(path):
    """Matrix name to (flat indices, scores), both in descending order of score."""
    tensors = load_file(path)
    return {
        key.removesuffix(".idx"): (
            tensors[key].astype(np.int64), tensors[key.removesuffix(".idx") + ".val"])
        for key in tensors if key.endswith(".idx")
    }


def largest_error(kept, reference):
    """The largest relative error of a kept score.

    Ends the program if other matrices were scored or if the kept entries are not in their order:
    score descending, then index ascending.
    """
    worst = 0.0
    if set(kept) != set(reference):
        raise SystemExit(f"other matrices are scored: {sorted(set(kept) ^ set(reference))[:4]}")
    for name, (indices, values) in kept.items():
        order = np.lexsort((indices, -values.astype(np.float64)))
        if not np.array_equal(order, np.arange(len(order))):
            raise SystemExit(f"{name}: the kept scores are not in order")
        exact = reference[name].reshape(-1)[indices]
        # Scores far below the largest are sums of rounding errors; they are near no cut.
        floor = 1e-2 * reference[name].max()
        worst = max(worst, float(np.max(np.abs(values - exact) / np.maximum(exact, floor))))
    return worst


def top(kept, count):
    """The `count` largest of one matrix, ascending by index; the file must have kept as many."""
    indices, _ = kept
    if count > len(indices):
        raise SystemExit(f"{count} scores asked, {len(indices)} kept")
    return np.sort(indices[:count])
