# SPDX-License-Identifier: Apache-2.0
"""The float32 matrix product rate of this machine: 2048^3 with PyTorch, best of several runs.

    python Benchmarks/peers/sgemm.py [--threads 1,2] [--size 2048] [--repeat 7]
"""

import argparse
import json
import time

import torch


def rate(size, threads, repeat):
    """Giga floating-point operations per second, the best of `repeat` products."""
    torch.set_num_threads(threads)
    a, b, c = torch.randn(size, size), torch.randn(size, size), torch.empty(size, size)
    torch.mm(a, b, out=c)
    best = float("inf")
    for _ in range(repeat):
        begin = time.perf_counter()
        torch.mm(a, b, out=c)
        best = min(best, time.perf_counter() - begin)
    return 2e-9 * size**3 / best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--repeat", type=int, default=7)
    arguments = parser.parse_args()
    rates = {
        threads: round(rate(arguments.size, int(threads), arguments.repeat), 1)
        for threads in arguments.threads.split(",")
    }
    print(json.dumps({
        "program": "sgemm", "size": arguments.size, "gflops": rates, "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()
