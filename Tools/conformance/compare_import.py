# SPDX-License-Identifier: Apache-2.0
"""Compares `spin model import` with transformers and tokenizers, on real vocabularies.

    python Tools/conformance/compare_import.py SPIN TOKENIZERS [--count 20000]

TOKENIZERS holds the folders llama2, llama3, mistral_v1 and qwen2 with their tokenizer files. For each, a
small random model with that vocabulary is written as GGUF by the package gguf, as llama.cpp's converter
would, and imported. The tokenizer has to give the ids of the original one on generated strings; the
model, loaded by transformers, the tensors that it was made from. A .bin checkpoint follows.
"""

import argparse
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import torch
import transformers
from tokenizers import Tokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tools/fixtures"), str(ROOT / "Tools/tokenizers")]

import compare as tokenizer_comparison  # noqa: E402
import gguf_models  # noqa: E402

transformers.utils.logging.set_verbosity_error()
TEMPLATE = "{{ bos_token }}{% for message in messages %}{{ message['content'] }}{{ eos_token }}{% endfor %}"


def fields(data):
    """(number, value) of a protobuf message; bytes, integers, or the bits of a float."""
    position = 0

    def varint():
        nonlocal position
        value, shift = 0, 0
        while True:
            byte = data[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(data):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            yield tag >> 3, varint()
        elif kind == 2:
            length = varint()
            yield tag >> 3, data[position : position + length]
            position += length
        elif kind == 5:
            yield tag >> 3, struct.unpack_from("<f", data, position)[0]
            position += 4
        else:
            raise ValueError(f"wire type {kind}")


def pieces(path):
    """(text, score, type) of a SentencePiece model."""
    found = []
    for number, value in fields(path.read_bytes()):
        if number == 1:
            piece = dict(fields(value))
            found.append((piece[1].decode(), piece.get(2, 0.0), piece.get(3, gguf_models.NORMAL)))
    return found


def small_model(kind, vocabulary):
    """A random model of a family in bfloat16, and its configuration."""
    torch.manual_seed(4)
    sizes = dict(
        vocab_size=vocabulary, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256)
    if kind == "qwen2":
        config = transformers.Qwen2Config(**sizes, tie_word_embeddings=True, rope_theta=1e6)
    elif kind == "llama3":
        config = transformers.LlamaConfig(
            **sizes, rope_parameters={
                "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
                "high_freq_factor": 4.0, "original_max_position_embeddings": 8192})
    else:
        config = transformers.LlamaConfig(**sizes)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if tensor.ndim == 1:
                tensor.copy_(torch.randn(tensor.shape))
    return model.eval()


def write(kind, folder, path):
    """Writes the GGUF file; the model that it was made from."""
    document = json.loads((folder / "tokenizer.json").read_text())
    count = max([*document["model"]["vocab"].values(), *(t["id"] for t in document["added_tokens"])]) + 1
    # Embeddings have more rows than there are tokens.
    rows = count + 7
    model = small_model(kind, rows)
    if kind in ("llama2", "mistral_v1"):
        vocabulary = gguf_models.sentence_piece_vocabulary(
            pieces(folder / "tokenizer.model"), rows, TEMPLATE, True)
        architecture = "llama"
    else:
        ids = {token["content"]: token["id"] for token in document["added_tokens"]}
        architecture, pre, bos, eos, adds = {
            "llama3": ("llama", "llama-bpe", "<|begin_of_text|>", "<|eot_id|>", True),
            "qwen2": ("qwen2", "qwen2", "<|endoftext|>", "<|im_end|>", False),
        }[kind]
        vocabulary = gguf_models.byte_pair_vocabulary(
            document, pre, rows, ids[bos], ids[eos], TEMPLATE, adds)
    tensors = {
        name: tensor for name, tensor in model.state_dict().items()
        if name != "lm_head.weight" or not model.config.tie_word_embeddings
    }
    gguf_models.write_model(path, model.config.to_dict(), tensors, vocabulary, architecture)
    return model


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit {result.returncode}\n{result.stderr}")


def compare_tokenizers(original, imported, count):
    added = sorted(t.content for t in original.get_added_tokens_decoder().values())
    differing = 0
    for text in tokenizer_comparison.strings(count, 3, added):
        same = original.encode(text).ids == imported.encode(text).ids
        same = same and original.encode(text, add_special_tokens=False).ids == imported.encode(
            text, add_special_tokens=False).ids
        differing += not same
        if not same and differing <= 3:
            print(f"  {text[:120]!r}\n    {original.encode(text).ids}\n    {imported.encode(text).ids}")
    return differing


def compare_models(original, folder):
    """The number of tensors that differ, and whether logits do."""
    imported = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    assert imported.dtype == torch.bfloat16, imported.dtype
    tensors = imported.state_dict()
    expected = original.state_dict()
    differing = sum(not torch.equal(tensors[name], tensor) for name, tensor in expected.items())
    ids = torch.arange(60)[None]
    with torch.no_grad():
        same = torch.equal(original(ids).logits, imported(ids).logits)
    return differing + (set(tensors) != set(expected)) + (not same)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin", type=pathlib.Path)
    parser.add_argument("tokenizers", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=20000)
    arguments = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        for kind in ("llama2", "llama3", "mistral_v1", "qwen2"):
            folder = arguments.tokenizers / kind
            model = write(kind, folder, root / f"{kind}.gguf")
            out = root / kind
            run(arguments.spin, "model", "import", root / f"{kind}.gguf", "--out", out, "--quiet")
            original = Tokenizer.from_file(str(folder / "tokenizer.json"))
            imported = transformers.AutoTokenizer.from_pretrained(out)
            strings = compare_tokenizers(original, imported.backend_tokenizer, arguments.count)
            rendered = imported.apply_chat_template([{"role": "user", "content": "x"}], tokenize=False)
            tensors = compare_models(model, out)
            print(f"{kind}: {arguments.count} strings, {strings} differ; model "
                  f"{'equal' if tensors == 0 else 'differs'}; chat {rendered!r}", flush=True)
            failures += strings + tensors
        failures += compare_pytorch(arguments.spin, root)
    sys.exit(1 if failures else 0)


def compare_pytorch(spin, root):
    """A checkpoint as `save_pretrained` wrote it before safetensors, in two shards."""
    model = small_model("llama2", 100)
    source = root / "bin"
    source.mkdir()
    model.config.architectures = ["LlamaForCausalLM"]
    model.config.save_pretrained(source)
    state = model.state_dict()
    names = list(state)
    shards = {"pytorch_model-00001-of-00002.bin": names[:9], "pytorch_model-00002-of-00002.bin": names[9:]}
    for file, part in shards.items():
        torch.save({name: state[name] for name in part}, source / file)
    (source / "pytorch_model.bin.index.json").write_text(json.dumps(
        {"metadata": {}, "weight_map": {name: file for file, part in shards.items() for name in part}}))
    run(spin, "model", "import", source, "--out", root / "converted", "--quiet")
    differing = compare_models(model, root / "converted")
    print(f".bin: {'equal' if differing == 0 else 'differs'}")
    return differing


main()
