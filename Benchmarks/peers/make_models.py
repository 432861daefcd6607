# SPDX-License-Identifier: Apache-2.0
"""Writes the random Qwen2 checkpoints, the tokenizer and the data of the scoring benchmark.

    python Benchmarks/peers/make_models.py DIR [--only NAME]

Weights are random bfloat16: speed does not depend on their values. The vocabulary is 4,096 in both
shapes, also where the original has 151,936: the output layer is not scored, and its size would only
blur the comparison of what is. Text is made of invented words in Zipf's proportions; a sample has
about 85 tokens.
"""

import argparse
import csv
import json
import pathlib
import random

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

VOCABULARY = 4096
SHAPES = {
    "qwen2-1024x4": {
        "hidden_size": 1024, "num_hidden_layers": 4, "intermediate_size": 4096,
        "num_attention_heads": 16, "num_key_value_heads": 4,
    },
    "qwen2-0.5b": {
        "hidden_size": 896, "num_hidden_layers": 24, "intermediate_size": 4864,
        "num_attention_heads": 14, "num_key_value_heads": 2,
    },
}
# Rows of each data set, and mean tokens of prompt and response.
ROWS, PROMPT, RESPONSE = 400, 18, 67


def words(generator, count=6000):
    """Invented words, different from each other."""
    onsets = ["b", "br", "d", "f", "g", "k", "kl", "l", "m", "n", "p", "pr", "r", "s", "st", "t",
              "v"]
    vowels = ["a", "e", "i", "o", "u", "ai", "ou"]
    ends = ["", "n", "r", "s", "t", "nd", "l"]
    made = {}
    while len(made) < count:
        syllables = generator.choice((1, 2, 2, 3))
        made["".join(generator.choice(onsets) + generator.choice(vowels) + generator.choice(ends)
                     for _ in range(syllables))] = None
    return list(made)


def sentence(generator, vocabulary, weights, count):
    """About `count` words with capitals and full stops."""
    chosen = generator.choices(vocabulary, cum_weights=weights, k=count)
    parts, start = [], True
    for word in chosen:
        parts.append(word.capitalize() if start else word)
        start = generator.random() < 0.1
        if start:
            parts[-1] += "."
    return " ".join(parts).rstrip(".") + "."


def write_data(directory):
    """The three CSV files; every text of them."""
    generator = random.Random(1)
    vocabulary = words(generator)
    weights = np.cumsum(1.0 / np.arange(1, len(vocabulary) + 1)).tolist()
    texts = []
    for name in ("privacy", "fairness", "general"):
        with open(directory / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["prompt", "response"])
            for _ in range(ROWS):
                # A token is about 0.72 words of this text; lengths vary as those of real answers
                # do.
                row = [
                    sentence(generator, vocabulary, weights,
                             max(3, int(0.72 * mean * generator.lognormvariate(-0.08, 0.4))))
                    for mean in (PROMPT, RESPONSE)
                ]
                writer.writerow(row)
                texts += row
    return texts


def train_tokenizer(texts):
    """Byte-level BPE without a BOS token, as Qwen2 has none."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    return tokenizer


def write_model(directory, shape, tokenizer):
    """config.json, tokenizer and random weights of one shape."""
    directory.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu",
        "vocab_size": VOCABULARY, "max_position_embeddings": 2048, "rms_norm_eps": 1e-6,
        "rope_theta": 1000000.0, "tie_word_embeddings": True, "use_sliding_window": False,
        "torch_dtype": "bfloat16", "bos_token_id": None, "eos_token_id": 0,
    } | shape
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|endoftext|>"}) + "\n")
    generator = torch.Generator().manual_seed(2)
    tensors = {}

    def normal(name, rows, columns, deviation):
        values = torch.empty(rows, columns).normal_(0.0, deviation, generator=generator)
        tensors[name] = values.to(torch.bfloat16)

    hidden, inner = shape["hidden_size"], shape["intermediate_size"]
    keys = hidden // shape["num_attention_heads"] * shape["num_key_value_heads"]
    normal("model.embed_tokens.weight", VOCABULARY, hidden, 0.02)
    for layer in range(shape["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        for name, rows, columns in (
            ("self_attn.q_proj", hidden, hidden), ("self_attn.k_proj", keys, hidden),
            ("self_attn.v_proj", keys, hidden), ("self_attn.o_proj", hidden, hidden),
            ("mlp.gate_proj", inner, hidden), ("mlp.up_proj", inner, hidden),
            ("mlp.down_proj", hidden, inner),
        ):
            normal(f"{prefix}{name}.weight", rows, columns, 0.02)
        for name, width in (("q_proj", hidden), ("k_proj", keys), ("v_proj", keys)):
            tensors[f"{prefix}self_attn.{name}.bias"] = torch.zeros(width, dtype=torch.bfloat16)
        for name in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"{prefix}{name}.weight"] = torch.ones(hidden, dtype=torch.bfloat16)
    tensors["model.norm.weight"] = torch.ones(hidden, dtype=torch.bfloat16)
    save_file(tensors, directory / "model.safetensors", {"format": "pt"})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--only", choices=list(SHAPES))
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    texts = write_data(arguments.directory)
    tokenizer = train_tokenizer(texts)
    counts = [len(encoding.ids) for encoding in tokenizer.encode_batch(texts)]
    mean = sum(counts) / len(counts) * 2
    print(f"{tokenizer.get_vocab_size()} tokens in the vocabulary, {mean:.1f} tokens a sample")
    for name, shape in SHAPES.items():
        if arguments.only in (None, name):
            write_model(arguments.directory / name, shape, tokenizer)
            print(arguments.directory / name)


if __name__ == "__main__":
    main()
