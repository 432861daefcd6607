# SPDX-License-Identifier: Apache-2.0
"""Small checkpoints of the four families with a tokenizer and data, random or briefly trained."""

import csv
import json
import random

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

import tiny_text
import tiny_training

SIZES = {
    "hidden_size": 60, "intermediate_size": 148, "num_hidden_layers": 3,
    "num_attention_heads": 6, "num_key_value_heads": 2, "max_position_embeddings": 128,
    "rope_theta": 10000.0, "hidden_act": "silu",
}
FAMILIES = {
    "llama": {
        "architectures": ["LlamaForCausalLM"], "rms_norm_eps": 1e-5,
        "tie_word_embeddings": False, "torch_dtype": "float32",
    },
    # Some samples are longer than this limit, so they are truncated.
    "mistral": {
        "architectures": ["MistralForCausalLM"], "rms_norm_eps": 1e-5, "sliding_window": 24,
        "tie_word_embeddings": False, "torch_dtype": "float16", "max_position_embeddings": 64,
    },
    "qwen2": {
        "architectures": ["Qwen2ForCausalLM"], "rms_norm_eps": 1e-6, "use_sliding_window": False,
        "tie_word_embeddings": True, "torch_dtype": "bfloat16",
    },
    "qwen3": {
        "architectures": ["Qwen3ForCausalLM"], "rms_norm_eps": 1e-6, "use_sliding_window": False,
        "head_dim": 16, "tie_word_embeddings": True, "torch_dtype": "bfloat16",
    },
}
# Only the first two put BOS before a text.
WITH_BOS = {"llama", "mistral"}


def write_rows(path, pairs):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["prompt", "response"])
        writer.writerows(pairs)


def write_data(directory, rows=80, seed=3):
    """privacy.csv, fairness.csv and general.csv; data set to its path, and all pairs."""
    generator = random.Random(seed)
    files, pairs = {}, []
    for name in ("privacy", "fairness", "general"):
        chosen = tiny_text.unique(getattr(tiny_text, name), generator, rows)
        files[name] = directory / f"{name}.csv"
        write_rows(files[name], chosen)
        pairs += chosen
    return files, pairs


def write_model(family, directory, pairs, steps, seed=5, precision=None):
    """A checkpoint whose weights are random, then trained on `pairs` for `steps` steps.

    It is stored in the family's precision of these checks, or in the one given: "float32".
    """
    directory.mkdir(parents=True)
    tokenizer = tiny_training.train_tokenizer(pairs, family in WITH_BOS)
    tokenizer.save(str(directory / "tokenizer.json"))
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": tiny_training.EOS}
    if family in WITH_BOS:
        names["bos_token"] = tiny_training.BOS
    (directory / "tokenizer_config.json").write_text(json.dumps(names))
    config = SIZES | {
        "model_type": family, "vocab_size": tokenizer.get_vocab_size(),
        "bos_token_id": tokenizer.token_to_id(tiny_training.BOS) if family in WITH_BOS else None,
        "eos_token_id": tokenizer.token_to_id(tiny_training.EOS),
    } | FAMILIES[family]
    config["torch_dtype"] = precision or config["torch_dtype"]
    (directory / "config.json").write_text(json.dumps(config, indent=2))

    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(
        AutoConfig.from_pretrained(directory), dtype=torch.float32)
    randomize(model)
    if steps:
        end = tokenizer.token_to_id(tiny_training.EOS)
        start = 1 if family in WITH_BOS else 0
        sequences = [
            tokenizer.encode(p).ids + tokenizer.encode(r).ids[start:] + [end] for p, r in pairs
        ]
        tiny_training.train(model, sequences, steps)
    dtype = getattr(torch, config["torch_dtype"])
    tied = config["tie_word_embeddings"]
    tensors = {
        name: tensor.detach().to(dtype).contiguous().clone()
        for name, tensor in model.state_dict().items()
        if not (tied and name == "lm_head.weight")
    }
    save_file(tensors, directory / "model.safetensors", {"format": "pt"})


def randomize(model):
    """Norms and biases away from one and zero, so that leaving them out is noticed."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.add_(0.1 * torch.randn_like(parameter))
            elif name.endswith(".bias"):
                parameter.copy_(0.1 * torch.randn_like(parameter))
            else:
                parameter.copy_(torch.randn_like(parameter) / parameter.shape[1] ** 0.5)
            if "embed_tokens" in name:
                parameter.mul_(0.5)
