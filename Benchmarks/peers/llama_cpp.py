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
import time

import gguf
import numpy as np
import torch
from safetensors import safe_open
from tokenizers import Tokenizer

# Parts of names, Hugging Face's and llama.cpp's.
PARTS = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "model.layers": "blk",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}


def write_gguf(model, path):
    """The checkpoint with the same bits: matrices in bfloat16, norms and biases in float32."""
    config = json.loads((model / "config.json").read_text())
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_BF16)
    tokenizer = json.loads((model / "tokenizer.json").read_text())["model"]
    tokens = sorted(tokenizer["vocab"], key=tokenizer["vocab"].get)
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in tokenizer["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * len(tokens))
    writer.add_token_merges(merges)
    with safe_open(model / "model.safetensors", "pt") as file:
        for name in file.keys():
            renamed = name
            for ours, theirs in PARTS.items():
                renamed = renamed.replace(ours, theirs)
            tensor = file.get_tensor(name)
            if tensor.ndim == 1:
                writer.add_tensor(renamed, tensor.float().numpy())
            else:
                bits = tensor.view(dtype=torch.uint8).numpy()
                writer.add_tensor(renamed, np.ascontiguousarray(bits), raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


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
