# SPDX-License-Identifier: Apache-2.0
"""Reads the flat indices out of a patch file."""

import base64
import json

import numpy as np


def varints(data):
    """Unsigned LEB128 numbers."""
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value)
            value, shift = 0, 0
    return values


def indices(path):
    """Tensor name to its flat indices, ascending; tensors without an entry are absent."""
    patch = json.loads(open(path, encoding="utf-8").read())
    result = {}
    for entry in patch["entries"]:
        deltas = varints(base64.b64decode(entry["idx_b64"]))
        result[entry["tensor"]] = np.cumsum(np.array(deltas, dtype=np.int64))
    return result
