# SPDX-License-Identifier: Apache-2.0
"""The selection rules on the largest scores of each matrix (see selection.py for dense scores)."""

import numpy as np

# More than any selection here looks at.
KEPT = 4096


def largest(scores):
    """(shape, flat indices, values) of the KEPT largest: score descending, then index ascending."""
    flat = np.asarray(scores, dtype=np.float64).reshape(-1)
    count = min(KEPT, flat.size)
    cut = np.partition(flat, flat.size - count)[flat.size - count]
    # All that equal the last one, so that ties are broken by index.
    indices = np.flatnonzero(flat >= cut)
    order = np.lexsort((indices, -flat[indices]))[:count]
    return np.shape(scores), indices[order], flat[indices[order]]


def largest_error(kept, reference):
    """The largest relative error of a score that the program kept and the reference too."""
    worst = 0.0
    for name, (shape, indices, values) in reference.items():
        exact = dict(zip(indices.tolist(), values.tolist()))
        for index, value in zip(*(part.tolist() for part in kept[name])):
            if index in exact:
                worst = max(worst, abs(value / exact[index] - 1))
    return worst


def top(entry, amount):
    """Flat indices of the largest scores, ascending; amount is a share or a count."""
    (rows, columns), indices, _ = entry
    count = int(amount * rows * columns) if isinstance(amount, float) else amount
    assert count <= len(indices)
    return np.sort(indices[:count])


def paper(a, b, excluded):
    return np.setdiff1d(np.intersect1d(a, b), excluded)


def released_code(a, b, excluded):
    """The two masks are combined by position and not by weight."""
    return a[~np.isin(a, excluded) & ~np.isin(b, excluded)]


RULES = {"paper": paper, "released-code": released_code}


def select(kept, rule, options):
    """Matrix to selected flat indices; options as on the command line."""
    if options[0] == "--count":
        p = q = int(options[1])
    else:
        p, q = float(options[1]), float(options[3])
    return {
        name: RULES[rule](
            top(kept["privacy"][name], q), top(kept["fairness"][name], q),
            top(kept["general"][name], p))
        for name in kept["privacy"]
    }
