# SPDX-License-Identifier: Apache-2.0
"""The peer of training: PyTorch in float32, with PEFT for adapters; prints one JSON line.

    python Benchmarks/peers/train.py full|lora|dora MODEL DATA.csv --threads N --steps 4 --batch 2

The first step, in which PyTorch allocates, is not timed.
"""

import argparse
import csv
import json
import resource
import time

import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

transformers.utils.logging.disable_progress_bar()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("method", choices=("full", "lora", "dora"))
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rank", type=int, default=8)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32)
    if arguments.method != "full":
        model = get_peft_model(model, LoraConfig(
            task_type="CAUSAL_LM", r=arguments.rank, lora_alpha=16, target_modules="all-linear",
            use_dora=arguments.method == "dora"))
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-5)
    with open(arguments.data, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    model.train()
    tokens, begin = 0, 0.0
    for step in range(arguments.steps + 1):
        if step == 1:
            begin, tokens = time.perf_counter(), 0
        ids, labels = [], []
        for row in rows[step * arguments.batch:(step + 1) * arguments.batch]:
            prompt = tokenizer(row["prompt"])["input_ids"]
            response = tokenizer(row["response"], add_special_tokens=False)["input_ids"]
            ids.append(prompt + response)
            labels.append([-100] * len(prompt) + response)
        # Samples have equal lengths: nothing is padded.
        loss = model(input_ids=torch.tensor(ids), labels=torch.tensor(labels)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        tokens += sum(map(len, ids))
    seconds = time.perf_counter() - begin
    print(json.dumps({
        "program": "pytorch", "method": arguments.method, "threads": arguments.threads, "tokens": tokens,
        "seconds": round(seconds, 3), "tokens_per_second": round(tokens / seconds, 2),
        "peak_resident_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


if __name__ == "__main__":
    main()
