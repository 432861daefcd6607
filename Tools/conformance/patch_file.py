# SPDX-License-Identifier: Apache-2.0
"""Reads patch files (schema "patch/1")."""

import json

import numpy as np


def tensors(path):
    """Tensor name to (flat indices, bits before, bits after), ascending by index."""
    with open(path, encoding="utf-8") as file:
        patch = json.load(file)
    if patch["schema"] != "patch/1":
        raise SystemExit(f"{path}: schema {patch['schema']}, this program reads patch/1")
    result = {}
    for entry in patch["tensors"]:
        before, after = ([int(bits, 16) for bits in entry[key]] for key in ("old", "new"))
        result[entry["tensor"]] = (np.array(entry["indices"], dtype=np.int64), before, after)
    return result


def indices(path):
    """Tensor name to its listed flat indices; tensors without an entry are absent."""
    return {name: listed for name, (listed, _, _) in tensors(path).items()}


def changes(path):
    """Tensor name to {flat index: (bits before, bits after)} of what changes.

    A listed weight that already had its new bits changes nothing; it is left out.
    """
    result = {}
    for name, (listed, before, after) in tensors(path).items():
        pairs = zip(listed.tolist(), before, after)
        changed = {index: (old, new) for index, old, new in pairs if old != new}
        if changed:
            result[name] = changed
    return result
