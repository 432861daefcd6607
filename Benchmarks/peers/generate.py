# SPDX-License-Identifier: Apache-2.0
"""Times transformers' greedy generation on the CPU; prints one line of JSON.

    python Benchmarks/peers/generate.py MODEL --prompts FILE --dtype bfloat16 --new-tokens 64

Every line of FILE is a prompt; they have to have equally many tokens, so that nothing is padded.
Decoding is the time of the whole less that of a run that stops after one token, as for spin.
"""

import argparse
import json
import os
import pathlib
import statistics
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--prompts", type=pathlib.Path, required=True)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], required=True)
    parser.add_argument("--new-tokens", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--tries", type=int, default=2)
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(arguments.threads)
    import torch
    import transformers
    torch.set_num_threads(arguments.threads)
    torch.set_num_interop_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        arguments.model, dtype=getattr(torch, arguments.dtype), attn_implementation="sdpa").eval()
    ids = torch.tensor([tokenizer(line)["input_ids"]
                        for line in arguments.prompts.read_text(encoding="utf-8").splitlines()])

    def seconds(count):
        begin = time.perf_counter()
        with torch.inference_mode():
            output = model.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=count,
                min_new_tokens=count, do_sample=False, pad_token_id=0)
        assert output.shape[1] == ids.shape[1] + count
        return time.perf_counter() - begin

    seconds(1)  # warm
    first = min(seconds(1) for _ in range(arguments.tries))
    result = {
        "program": f"transformers-{arguments.dtype}", "batch": ids.shape[0],
        "threads": arguments.threads, "prompt_tokens": ids.numel(),
        "prompt_tokens_per_second": round(ids.numel() / first, 2),
        "torch": torch.__version__, "transformers": transformers.__version__,
    }
    if arguments.new_tokens > 1:
        whole = [seconds(arguments.new_tokens) for _ in range(arguments.tries)]
        steps = ids.shape[0] * (arguments.new_tokens - 1)
        result["tokens_per_second"] = round(steps / (min(whole) - first), 2)
        result["median_tokens_per_second"] = round(
            steps / (statistics.median(whole) - first), 2)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
