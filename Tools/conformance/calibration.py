# SPDX-License-Identifier: Apache-2.0
"""Calibration samples as the released code draws them: CSV rows to token ids and prompt lengths."""

import csv
import json
import pathlib

import numpy as np
from tokenizers import Tokenizer


def read_rows(path):
    """(prompt, response) of every record of a CSV file with these two columns."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [(row["prompt"], row["response"]) for row in csv.DictReader(file)]


def drawn(rows, count, seed):
    """Row numbers: the first `count` of NumPy's permutation, as `datasets` shuffles."""
    if count > len(rows):
        raise ValueError(f"{count} samples asked of {len(rows)} rows")
    return np.random.default_rng(seed).permutation(len(rows))[:count].tolist()


class Samples:
    """Turns text into samples with the tokenizer of a checkpoint."""

    def __init__(
        self, directory, overflow="error", first_response_token="bos", appends_end=False
    ):
        directory = pathlib.Path(directory)
        self.tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        config = json.loads((directory / "config.json").read_text())
        self.limit = config["max_position_embeddings"]
        self.overflow = overflow
        self.first_response_token = first_response_token
        self.bos = self._bos(directory, config)
        self.end = [config["eos_token_id"]] if appends_end else []
        self.truncated = 0
        self.without_response = 0

    def _bos(self, directory, config):
        path = directory / "tokenizer_config.json"
        token = json.loads(path.read_text()).get("bos_token") if path.exists() else None
        if isinstance(token, dict):
            token = token["content"]
        if token is not None:
            return self.tokenizer.token_to_id(token)
        return config.get("bos_token_id")

    def sample(self, prompt, response):
        """(ids, prompt length): raw text, the tokenizer's own special tokens, the end if asked for."""
        before = self.tokenizer.encode(prompt).ids
        after = self.tokenizer.encode(response).ids
        policy = self.first_response_token
        if after and (policy == "drop" or (policy == "bos" and after[0] == self.bos)):
            after = after[1:]
        ids = before + after + self.end
        if len(ids) > self.limit:
            if self.overflow != "truncate":
                raise ValueError(f"{len(ids)} tokens, the model takes {self.limit}")
            ids = ids[: self.limit]
            self.truncated += 1
        if len(ids) <= max(len(before), 1):
            self.without_response += 1
        return ids, len(before)

    def read(self, path, count, seed):
        """The drawn samples of one file, in the order they are drawn."""
        rows = read_rows(path)
        return [self.sample(*rows[row]) for row in drawn(rows, count, seed)]
