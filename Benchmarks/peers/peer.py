# SPDX-License-Identifier: Apache-2.0
"""What the PyTorch peers share: arguments, samples, the model in float32, the JSON they print."""

import argparse
import json
import os
import pathlib
import sys
import time


def start():
    """Parses the arguments; sets threads and allocator before torch starts, so call it first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--data", action="append", required=True, metavar="NAME=FILE")
    parser.add_argument("--nsamples", type=int, default=16, help="of each data set")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--target-module", default="all", choices=["mlp", "self_attn", "all"])
    parser.add_argument("--hook", action="store_true", help="one_pass only")
    parser.add_argument("--batch", type=int, default=1, help="one_pass only")
    arguments = parser.parse_args()
    # Freed blocks stay with the process: without this, every large temporary is mapped and faulted
    # in anew, which costs several per cent.
    wanted = {
        "OMP_NUM_THREADS": str(arguments.threads), "MKL_NUM_THREADS": str(arguments.threads),
        "MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 34),
    }
    if any(os.environ.get(key) != value for key, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | wanted)
    root = pathlib.Path(__file__).resolve().parents[2]
    sys.path.insert(0, str(root / "Tools" / "conformance"))
    import torch
    torch.set_num_threads(arguments.threads)
    torch.set_num_interop_threads(1)
    return arguments


def read_samples(arguments):
    """Data set to list of (ids [1, T], prompt length) in the order they are drawn."""
    import calibration
    import torch
    result = {}
    for pair in arguments.data:
        name, path = pair.split("=", 1)
        reader = calibration.Samples(arguments.model, "truncate")
        result[name] = [
            (torch.tensor([ids]), max(prompt, 1))
            for ids, prompt in reader.read(path, arguments.nsamples, arguments.seed)
            if len(ids) > max(prompt, 1)
        ]
    return result


def load_model(arguments):
    """The checkpoint in float32, nothing requiring a gradient; its edited matrices by name."""
    import float64_model
    import torch
    import transformers
    transformers.utils.logging.disable_progress_bar()
    model = transformers.AutoModelForCausalLM.from_pretrained(
        arguments.model, dtype=torch.float32, attn_implementation="sdpa")
    model.eval()
    matrices = float64_model.edited_matrices(model, arguments.target_module)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model, matrices


def loss_of(model, ids, prompt):
    """Mean negative log-likelihood of the response; logits are computed where it needs them."""
    import torch
    count = ids.shape[1]
    logits = model(
        input_ids=ids, use_cache=False,
        logits_to_keep=torch.arange(prompt - 1, count - 1)).logits[0]
    return torch.nn.functional.cross_entropy(logits, ids[0, prompt:])


def peak_resident():
    """Peak resident memory of this process in bytes (VmHWM)."""
    for line in open("/proc/self/status", encoding="ascii"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def weigh(total, parameter):
    """Multiplies a sum by abs(W) in place, in pieces, so that no second matrix is needed."""
    for sums, weights in zip(total.split(256), parameter.detach().split(256)):
        sums.mul_(weights.abs())


def grand_sum(totals):
    """The sum of all entries in float64: programs that agree on it computed the same thing."""
    import torch
    return sum(
        part.sum(dtype=torch.float64).item() for total in totals for part in total.split(256))


class Stopwatch:
    """Wall and processor seconds of what runs inside `with`, summed over its uses."""

    def __init__(self):
        self.wall = self.processor = 0.0

    def __enter__(self):
        self.begin = time.perf_counter(), time.process_time()

    def __exit__(self, *_):
        self.wall += time.perf_counter() - self.begin[0]
        self.processor += time.process_time() - self.begin[1]


def finish(name, arguments, samples, matrices, loading, scoring, sums):
    """Prints the result as one line of JSON."""
    seconds = scoring.wall
    import torch
    import transformers
    tokens = sum(ids.shape[1] for rows in samples.values() for ids, _ in rows)
    parameters = sum(parameter.numel() for parameter in matrices.values())
    print(json.dumps({
        "program": name, "model": arguments.model.name, "threads": arguments.threads,
        "target": arguments.target_module, "nsamples": arguments.nsamples,
        "seconds": round(seconds, 3), "processor_seconds": round(scoring.processor, 3),
        "loading_seconds": round(loading.wall, 3), "tokens": tokens,
        "tokens_per_second": round(tokens / seconds, 2), "matrix_parameters": parameters,
        "gflops_at_6": round(6e-9 * tokens * parameters / seconds, 2),
        "peak_resident_bytes": peak_resident(), "importance_sums": sums,
        "torch": torch.__version__, "transformers": transformers.__version__,
    }))
