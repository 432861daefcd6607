# SPDX-License-Identifier: Apache-2.0
"""The selection rules on dense scores, for clarity: NumPy, float64, one matrix at a time."""

import numpy as np


def size(scores, share):
    """`int(share * out * in)`, multiplied from left to right in float64."""
    rows, columns = np.shape(scores)
    return int(share * rows * columns)


def top(scores, share):
    """Flat indices of the `size` largest scores of a matrix [out, in], ascending.

    Order: score descending, then flat row-major index ascending.
    """
    count = size(scores, share)
    flat = np.asarray(scores, dtype=np.float64).reshape(-1)
    order = np.argsort(-flat, kind="stable")
    return np.sort(order[:count])


def margin(scores, share):
    """(last score inside the cut, first outside, how many inside equal the one outside)."""
    count = size(scores, share)
    flat = np.sort(np.asarray(scores, dtype=np.float64).reshape(-1))[::-1]
    if count == 0 or count == flat.size:
        return None
    return float(flat[count - 1]), float(flat[count]), int((flat[:count] == flat[count]).sum())


def paper(first, second, general, p, q):
    """(T_q(first) and T_q(second)) minus T_p(general)."""
    both = np.intersect1d(top(first, q), top(second, q), assume_unique=True)
    return np.setdiff1d(both, top(general, p), assume_unique=True)


def released_code(first, second, general, p, q):
    """What the released code zeroes: a[r] of those ranks r where neither a[r] nor b[r] is general.

    a and b are the two top sets, each in ascending order of index: the two masks are combined by
    position and not by weight.
    """
    a, b, excluded = top(first, q), top(second, q), top(general, p)
    return a[~np.isin(a, excluded) & ~np.isin(b, excluded)]


RULES = {"paper": paper, "released-code": released_code}
