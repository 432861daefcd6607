# SPDX-License-Identifier: Apache-2.0
"""Importance by one forward and backward pass of each sample, as fast as plain PyTorch does it.

    python Benchmarks/peers/one_pass.py MODEL --data privacy=F --data fairness=F --data general=F \\
        [--nsamples N] [--threads T] [--batch B]

Float32 weights and sums. What makes it lean: only the edited matrices get a gradient (no embedding,
no norm), logits only at response positions, fused attention, and no gradient of the whole model at
any time: each matrix's gradient is computed in blocks of rows that stay in cache, into one reused
buffer, and its absolute value is added to the sum at once. Prints one line of JSON; `seconds`
covers the passes and the product with abs(W), not loading.

`--hook` uses the simpler way instead (a hook on each parameter adds abs(grad) and frees it).
`--batch` takes samples of similar length together through the forward pass and the input gradients,
which makes those products larger; weight gradients are still those of single samples.
"""

import peer

arguments = peer.start()
if arguments.hook and arguments.batch > 1:
    raise SystemExit("a hook sees the gradient of the whole batch: --hook needs --batch 1")

import torch  # noqa: E402

# Bytes of the block of gradient rows; it and the block of sums fit a level-2 cache.
BLOCK = 512 * 1024


class AccumulatingLinear(torch.autograd.Function):
    """A linear layer whose backward pass adds abs(weight gradient) to a sum and returns none."""

    # Lengths of the samples of the batch at hand; what lies beyond is padding.
    lengths = []

    @staticmethod
    def forward(ctx, x, anchor, weight, bias, total, scratch):
        ctx.save_for_backward(x)
        ctx.weight, ctx.total, ctx.scratch = weight, total, scratch
        return torch.nn.functional.linear(x, weight, bias)

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        for row, length in enumerate(AccumulatingLinear.lengths):
            add_absolute(grad[row, :length], x[row, :length], ctx.total, ctx.scratch)
        below = grad @ ctx.weight if ctx.needs_input_grad[0] else None
        return below, None, None, None, None, None


def add_absolute(grad, x, total, scratch):
    """total [out, in] += abs(grad^T x) for grad [T, out], x [T, in], by blocks of rows."""
    step = scratch.numel() // x.shape[1]
    for start in range(0, grad.shape[1], step):
        block = grad[:, start : start + step]
        part = scratch[: block.shape[1] * x.shape[1]].view(block.shape[1], -1)
        torch.mm(block.t(), x, out=part)
        total[start : start + step].add_(part.abs_())


def batched(rows, size):
    """Batches of samples of similar length: (ids [B, T] padded on the right, lengths, prompts)."""
    rows = sorted(rows, key=lambda row: row[0].shape[1])
    for start in range(0, len(rows), size):
        chosen = rows[start : start + size]
        lengths = [ids.shape[1] for ids, _ in chosen]
        padded = torch.zeros(len(chosen), max(lengths), dtype=torch.long)
        for row, (ids, _) in enumerate(chosen):
            padded[row, : lengths[row]] = ids[0]
        yield padded, lengths, [prompt for _, prompt in chosen]


def backward(model, ids, lengths, prompts):
    """Backward of the sum of the samples' losses; logits only at response positions."""
    AccumulatingLinear.lengths = lengths
    hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state
    loss = 0.0
    for row, (length, prompt) in enumerate(zip(lengths, prompts)):
        logits = model.lm_head(hidden[row, prompt - 1 : length - 1])
        loss = loss + torch.nn.functional.cross_entropy(logits, ids[row, prompt:length])
    loss.backward()


def accumulate_in_backward(model, matrices, totals):
    """Replaces the forward of each edited layer by the accumulating one."""
    scratch = torch.empty(BLOCK // 4)
    # Something in the graph has to require a gradient below the first layer; this costs nothing.
    anchor = torch.zeros(1, requires_grad=True)
    modules = dict(model.named_modules())
    for name in matrices:
        module = modules[name.removesuffix(".weight")]

        def forward(x, module=module, total=totals[name]):
            return AccumulatingLinear.apply(x, anchor, module.weight, module.bias, total, scratch)

        module.forward = forward


def accumulate_in_hook(matrices, totals):
    """Adds abs(grad) to the sums as soon as a gradient is complete, and frees it."""
    for name, parameter in matrices.items():
        parameter.requires_grad_(True)

        def hook(parameter, total=totals[name]):
            total.add_(parameter.grad.abs_())
            parameter.grad = None

        parameter.register_post_accumulate_grad_hook(hook)


def main():
    loading, scoring = peer.Stopwatch(), peer.Stopwatch()
    with loading:
        samples = peer.read_samples(arguments)
        model, matrices = peer.load_model(arguments)
        # Filled, not only reserved: the first touch of a page is no part of scoring.
        totals = {name: torch.full_like(p, 0.0) for name, p in matrices.items()}
        if arguments.hook:
            accumulate_in_hook(matrices, totals)
        else:
            accumulate_in_backward(model, matrices, totals)
    sums = {}
    for data, rows in samples.items():
        with scoring:
            for total in totals.values():
                total.zero_()
            for batch in batched(rows, arguments.batch):
                backward(model, *batch)
            for name, total in totals.items():
                peer.weigh(total, matrices[name])
        sums[data] = peer.grand_sum(totals.values())
    name = "one_pass"
    if arguments.hook:
        name += ", hook"
    if arguments.batch > 1:
        name += f", batches of {arguments.batch}"
    peer.finish(name, arguments, samples, matrices, loading, scoring, sums)


main()
