# SPDX-License-Identifier: Apache-2.0
"""Times llama.cpp's greedy generation on the CPU; prints one line of JSON.

    python Benchmarks/peers/llama_cpp.py MODEL --prompts FILE --new-tokens 64 --threads 2

MODEL is a Qwen2 checkpoint in bfloat16, of which MODEL.gguf with the same bits is written beside the folder
once (`gguf`). The library is PyPI's `xllamacpp`, compiled already. Every line of FILE is a prompt; all are
answered at once, each in a slot of its own, without a cache of earlier prompts and without an end of text.
Decoding is the time of the whole less that of a run that stops after one token, as for spin.
"""

import argparse
import concurrent.futures
import importlib.metadata
import json
import os
import pathlib
import statistics
import sys
import time

from tokenizers import Tokenizer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tools" / "fixtures"))
import gguf_models  # noqa: E402


def write_gguf(model, path):
    """The checkpoint with the same bits: matrices in bfloat16, norms and biases in float32."""
    config = json.loads((model / "config.json").read_text())
    tokenizer = json.loads((model / "tokenizer.json").read_text())
    vocabulary = gguf_models.byte_pair_vocabulary(tokenizer, "qwen2", config["vocab_size"])
    gguf_models.write_model(path, config, gguf_models.load(model), vocabulary, "qwen2")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--prompts", type=pathlib.Path, required=True)
    parser.add_argument("--new-tokens", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--tries", type=int, default=2)
    arguments = parser.parse_args()
    path = arguments.model.parent / (arguments.model.name + ".gguf")
    if not path.exists():
        partial = path.with_suffix(".partial")
        write_gguf(arguments.model, partial)
        os.replace(partial, path)
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    prompts = [tokenizer.encode(line).ids
               for line in arguments.prompts.read_text(encoding="utf-8").splitlines()]
    import xllamacpp
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_parallel = len(prompts)
    parameters.n_ctx = sum(len(prompt) + arguments.new_tokens + 8 for prompt in prompts)
    parameters.kv_unified = True
    parameters.n_gpu_layers = 0
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = arguments.threads
    parameters.verbosity = 0
    server = xllamacpp.Server(parameters)

    def answer(prompt, count):
        result = server.handle_completions({
            "prompt": prompt, "max_tokens": count, "temperature": 0, "ignore_eos": True,
            "cache_prompt": False})
        result = json.loads(result) if isinstance(result, (str, bytes)) else result
        made = result["usage"]["completion_tokens"]
        assert made == count, f"{made} tokens, expected {count}"

    def seconds(count):
        begin = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(len(prompts)) as threads:
            list(threads.map(lambda prompt: answer(prompt, count), prompts))
        return time.perf_counter() - begin

    seconds(1)  # warm
    first = min(seconds(1) for _ in range(arguments.tries))
    total = sum(map(len, prompts))
    result = {
        "program": "llama.cpp-bfloat16", "batch": len(prompts), "threads": arguments.threads,
        "prompt_tokens": total, "prompt_tokens_per_second": round(total / first, 2),
        "xllamacpp": importlib.metadata.version("xllamacpp"),
    }
    if arguments.new_tokens > 1:
        whole = [seconds(arguments.new_tokens) for _ in range(arguments.tries)]
        steps = len(prompts) * (arguments.new_tokens - 1)
        result["tokens_per_second"] = round(steps / (min(whole) - first), 2)
        result["median_tokens_per_second"] = round(steps / (statistics.median(whole) - first), 2)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
