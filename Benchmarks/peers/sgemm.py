# SPDX-License-Identifier: Apache-2.0
"""The float32 matrix product rate of this machine: 2048^3, best of several runs and of two libraries.

    python Benchmarks/peers/sgemm.py [--threads 1,2] [--size 2048] [--repeat 7]

PyTorch's product is MKL's, which leaves out AVX-512 on processors that are not Intel's; NumPy's is
OpenBLAS's, which does not. `gflops` is the faster one, `libraries` has both.
"""

import argparse
import json
import os
import subprocess
import sys
import time


def best_of(multiply, repeat):
    """The shortest of some calls in seconds, after one that does not count."""
    multiply()
    best = float("inf")
    for _ in range(repeat):
        begin = time.perf_counter()
        multiply()
        best = min(best, time.perf_counter() - begin)
    return best


def torch_seconds(size, threads, repeat):
    import torch
    torch.set_num_threads(threads)
    a, b, c = torch.randn(size, size), torch.randn(size, size), torch.empty(size, size)
    return best_of(lambda: torch.mm(a, b, out=c), repeat)


def numpy_seconds(size, repeat):
    import numpy
    generator = numpy.random.default_rng(0)
    a, b = (generator.standard_normal((size, size), dtype=numpy.float32) for _ in range(2))
    c = numpy.empty_like(a)
    return best_of(lambda: numpy.dot(a, b, out=c), repeat)


def numpy_in_child(arguments, threads):
    """OpenBLAS takes threads and kernels from the environment when it is loaded."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("OPENBLAS_")}
    environment["OPENBLAS_NUM_THREADS"] = str(threads)
    output = subprocess.run(
        [sys.executable, __file__, "--numpy", "--size", str(arguments.size),
         "--repeat", str(arguments.repeat)],
        env=environment, check=True, capture_output=True, text=True).stdout
    return float(output)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--numpy", action="store_true", help="only NumPy's seconds, in this process")
    arguments = parser.parse_args()
    if arguments.numpy:
        print(numpy_seconds(arguments.size, arguments.repeat))
        return
    import torch
    libraries = {}
    for threads in map(int, arguments.threads.split(",")):
        seconds = {
            "pytorch": torch_seconds(arguments.size, threads, arguments.repeat),
            "numpy": numpy_in_child(arguments, threads),
        }
        libraries[threads] = {
            name: round(2e-9 * arguments.size**3 / value, 1) for name, value in seconds.items()}
    print(json.dumps({
        "program": "sgemm", "size": arguments.size, "torch": torch.__version__,
        "gflops": {threads: max(rates.values()) for threads, rates in libraries.items()},
        "libraries": libraries,
    }))


if __name__ == "__main__":
    main()
