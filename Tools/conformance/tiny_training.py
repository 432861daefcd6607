# SPDX-License-Identifier: Apache-2.0
"""A tokenizer of the small models' text, and the few steps that make random weights trained ones."""

import math
import random

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

SEED = 8
VOCABULARY = 640
BOS, EOS = "<s>", "</s>"
# How Llama 3 splits text before merging.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def train_tokenizer(pairs, with_bos):
    """Byte-level BPE of the pairs' own text."""
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
    if not with_bos:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
        return tokenizer
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B",
        special_tokens=[(BOS, tokenizer.token_to_id(BOS))])
    return tokenizer


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
    generator = random.Random(SEED)
    decayed = [p for p in model.parameters() if p.dim() == 2]
    rest = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}],
        betas=(0.9, 0.98))
    model.train()
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
    model.eval()
