# SPDX-License-Identifier: Apache-2.0
"""Importance as the released code computes it: every sample anew for each layer.

    python Benchmarks/peers/per_layer.py MODEL --data privacy=F --data fairness=F \\
        --data general=F [--nsamples N] [--threads T]

For each layer, only that layer's matrices require a gradient; every sample goes forward and
backward, and the absolute gradients are summed. With L layers this is L forward passes of the whole
model and a backward pass from the top down to each layer. Nothing is extrapolated: use few samples.
Float32 here, where the released code uses bfloat16, which is slower on processors without bfloat16
arithmetic; the other savings of one_pass.py (logits at response positions, fused attention, no
embedding gradient) are used too, so that the ratio shows the scheme and nothing else.
"""

import peer

arguments = peer.start()

import torch  # noqa: E402


def score_layer(model, chosen, rows):
    """Importance of one layer's matrices over all samples; only they require a gradient."""
    absolute = {name: torch.zeros_like(parameter) for name, parameter in chosen.items()}
    for parameter in chosen.values():
        parameter.requires_grad_(True)
    for ids, prompt in rows:
        peer.loss_of(model, ids, prompt).backward()
        for name, parameter in chosen.items():
            absolute[name].add_(parameter.grad.abs_())
            parameter.grad = None
    for name, parameter in chosen.items():
        parameter.requires_grad_(False)
        peer.weigh(absolute[name], parameter)
    return absolute


def main():
    loading, scoring = peer.Stopwatch(), peer.Stopwatch()
    with loading:
        samples = peer.read_samples(arguments)
        model, matrices = peer.load_model(arguments)
    layers = {}
    for name, parameter in matrices.items():
        layers.setdefault(int(name.split(".")[2]), {})[name] = parameter
    sums = {}
    for data, rows in samples.items():
        sums[data] = 0.0
        for chosen in layers.values():
            with scoring:
                scores = score_layer(model, chosen, rows)
            sums[data] += peer.grand_sum(scores.values())
    peer.finish("per_layer", arguments, samples, matrices, loading, scoring, sums)


main()
