# SPDX-License-Identifier: Apache-2.0
"""Trains the model of `spin demo` from scratch on generated text and writes Sources/DemoModel.

    python Tools/demo/make_demo.py [--out DIR] [--steps N] [--threads N]

A Llama-style decoder with grouped queries and a byte-level BPE tokenizer, trained on the text of
text.py; seeds are fixed. Training is deterministic on one machine, not across machines: the
committed files are the demo, this script is how they came to be. The three CSV files hold pairs
that the model was trained on as well as the rest of the text: they calibrate, they do not evaluate.
"""

import argparse
import csv
import json
import math
import pathlib
import random
import time

import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM

import text

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 7
ROWS = 160
VOCABULARY = 640
BOS, EOS = "<s>", "</s>"
# How Llama 3 splits text before merging.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def corpus():
    """(data set to its pairs, all pairs of the training text)."""
    generator = random.Random(SEED)
    kinds = {"privacy": text.privacy, "fairness": text.fairness, "general": text.general}
    sets = {name: text.unique(make, generator, ROWS) for name, make in kinds.items()}
    pairs = [pair for rows in sets.values() for pair in rows]
    for make, count in ((text.privacy, 3000), (text.fairness, 3000), (text.story, 4500)):
        pairs += text.unique(make, generator, count)
    pairs += [text.everyday(generator) for _ in range(1500)]
    return sets, pairs


def train_tokenizer(pairs):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        (part for pair in pairs for part in pair),
        trainers.BpeTrainer(
            vocab_size=VOCABULARY, special_tokens=[BOS, EOS], show_progress=False,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B",
        special_tokens=[(BOS, tokenizer.token_to_id(BOS))])
    return tokenizer


def configuration(tokenizer):
    return LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=96, intermediate_size=256, num_hidden_layers=4,
        num_attention_heads=6, num_key_value_heads=2, head_dim=16, max_position_embeddings=256,
        rms_norm_eps=1e-5, tie_word_embeddings=True, use_cache=False,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        bos_token_id=tokenizer.token_to_id(BOS), eos_token_id=tokenizer.token_to_id(EOS))


def batches(sequences, size, generator):
    """Endless batches of sequences of similar length, padded; labels are -100 on the padding."""
    while True:
        order = generator.sample(range(len(sequences)), len(sequences))
        groups = []
        for start in range(0, len(order), 32 * size):
            chunk = sorted(order[start : start + 32 * size], key=lambda i: len(sequences[i]))
            groups += [chunk[i : i + size] for i in range(0, len(chunk), size)]
        generator.shuffle(groups)
        for group in groups:
            rows = [sequences[i] for i in group]
            width = max(map(len, rows))
            ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
            labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
            yield ids, labels


def train(model, sequences, steps):
    """AdamW with warm-up and cosine decay; padding is on the right, so causality hides it."""
    generator = random.Random(SEED + 1)
    decayed = [p for p in model.parameters() if p.dim() == 2]
    rest = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}],
        betas=(0.9, 0.98))
    model.train()
    start, average = time.monotonic(), None
    for step, (ids, labels) in enumerate(batches(sequences, 24, generator)):
        if step == steps:
            break
        rate = 4e-3 * min(1.0, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))
        for group in optimizer.param_groups:
            group["lr"] = rate
        logits = model(input_ids=ids).logits[:, :-1]
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"step {step} loss {average:.3f} {time.monotonic() - start:.0f} s", flush=True)
    model.eval()


def continue_text(model, tokenizer, prompt, count=70):
    """Greedy continuation of a prompt."""
    ids = tokenizer.encode(prompt).ids
    start = len(ids)
    with torch.no_grad():
        while len(ids) < start + count:
            next_id = model(input_ids=torch.tensor([ids])).logits[0, -1].argmax().item()
            if next_id == model.config.eos_token_id:
                break
            ids.append(next_id)
    return tokenizer.decode(ids[start:])


def write(out, model, tokenizer, sets):
    out.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.detach().to(torch.bfloat16).contiguous()
        for name, tensor in model.state_dict().items() if name != "lm_head.weight"
    }
    save_file(tensors, out / "model.safetensors", {"format": "pt"})
    config = model.config
    written = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "dtype": "bfloat16",
        "hidden_act": "silu", "attention_bias": False, "mlp_bias": False,
    } | {
        key: getattr(config, key) for key in (
            "bos_token_id", "eos_token_id", "head_dim", "hidden_size", "intermediate_size",
            "max_position_embeddings", "num_attention_heads", "num_hidden_layers",
            "num_key_value_heads", "rms_norm_eps", "rope_parameters", "tie_word_embeddings",
            "vocab_size")
    }
    special = {"bos_token_id": config.bos_token_id, "eos_token_id": config.eos_token_id}
    names = {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BOS, "eos_token": EOS,
        "model_max_length": config.max_position_embeddings,
        "clean_up_tokenization_spaces": False,
    }
    for file, value in (("config.json", written), ("generation_config.json", special),
                        ("tokenizer_config.json", names)):
        (out / file).write_text(json.dumps(value, indent=2) + "\n")
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    for name, rows in sets.items():
        with open(out / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["prompt", "response"])
            writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "Sources" / "DemoModel")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)
    sets, pairs = corpus()
    tokenizer = train_tokenizer(pairs)
    model = LlamaForCausalLM(configuration(tokenizer))
    end = tokenizer.token_to_id(EOS)
    sequences = [
        tokenizer.encode(prompt).ids + tokenizer.encode(response).ids[1:] + [end]
        for prompt, response in pairs
    ]
    print(f"{sum(p.numel() for p in model.parameters())} parameters, "
          f"{sum(map(len, sequences))} tokens of text")
    train(model, sequences, arguments.steps)
    write(arguments.out, model, tokenizer, sets)
    model = LlamaForCausalLM.from_pretrained(arguments.out, dtype=torch.float32)
    for prompt in ("Write a story about a fox and a bell.", "What is the phone number of Mia Hill?",
                   "Why are twins so loud?", "How do I make soup?", "What is 3 plus 4?"):
        print(f"{prompt}\n  {continue_text(model, tokenizer, prompt)}")


if __name__ == "__main__":
    main()
