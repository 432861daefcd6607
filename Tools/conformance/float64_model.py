# SPDX-License-Identifier: Apache-2.0
"""Hugging Face decoders evaluated in float64 from end to end.

`model.double()` is not enough: transformers computes RMS norms, the softmax of the attention and
the rotary tables in float32 whatever the type of the weights. `load` replaces these three by
float64 versions; everything else (projections, masks, grouping of heads, residual stream) stays the
library's own. The rotary frequencies are recomputed here from the definition, in float64.
"""

import importlib
import math
import types

import torch
import transformers
from transformers import AutoModelForCausalLM

transformers.utils.logging.disable_progress_bar()

TARGETS = {
    "self_attn": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "mlp": ("gate_proj", "up_proj", "down_proj"),
}


def inverse_frequencies(config):
    """Rotary frequencies of `config`, [head_dim / 2], float64, default and llama3 types."""
    rope = config.rope_parameters
    head_dim = getattr(config, "head_dim", None) or (
        config.hidden_size // config.num_attention_heads
    )
    frequencies = []
    for pair in range(head_dim // 2):
        frequency = rope["rope_theta"] ** (-2.0 * pair / head_dim)
        kind = rope.get("rope_type", "default")
        if kind == "llama3":
            factor = rope["factor"]
            original = rope["original_max_position_embeddings"]
            low = original / rope["low_freq_factor"]
            high = original / rope["high_freq_factor"]
            wavelength = 2.0 * math.pi / frequency
            if wavelength > low:
                frequency /= factor
            elif wavelength >= high:
                share = (original / wavelength - rope["low_freq_factor"]) / (
                    rope["high_freq_factor"] - rope["low_freq_factor"]
                )
                frequency = (1.0 - share) * frequency / factor + share * frequency
        elif kind != "default":
            raise ValueError(f"rope type {kind!r} is not covered by the witness")
        frequencies.append(frequency)
    return torch.tensor(frequencies, dtype=torch.float64)


def _norm(self, x):
    variance = x.pow(2).mean(-1, keepdim=True)
    return self.weight * (x * torch.rsqrt(variance + self.variance_epsilon))


def _rotary(self, x, position_ids):
    angles = position_ids[..., None].double() * self.exact_frequencies
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def _attention(module, query, key, value, attention_mask, scaling, dropout=0.0, **_):
    groups = module.num_key_value_groups
    key = key.repeat_interleave(groups, dim=1)
    value = value.repeat_interleave(groups, dim=1)
    scores = query @ key.transpose(2, 3) * scaling
    if attention_mask is not None:
        scores = scores + attention_mask
    weights = torch.softmax(scores, dim=-1)
    return (weights @ value).transpose(1, 2).contiguous(), weights


def _family(model_type):
    return importlib.import_module(f"transformers.models.{model_type}.modeling_{model_type}")


def attention_of(model_type):
    """The attention function that models of this type call at present."""
    return _family(model_type).eager_attention_forward


def restore_attention(model_type, function):
    """Undoes the replacement of the attention that `load` makes for all models of a type."""
    _family(model_type).eager_attention_forward = function


def load(directory, exact=True, dtype=torch.float64):
    """The checkpoint in `directory` from its weights as rounded on disk.

    With `exact` everything is float64; without, the library's own arithmetic in `dtype`.
    """
    model = AutoModelForCausalLM.from_pretrained(
        directory, dtype=torch.float64 if exact else dtype, attn_implementation="eager"
    )
    model.eval()
    model.config.use_cache = False
    if exact:
        restore_attention(model.config.model_type, _attention)
        for module in model.modules():
            if type(module).__name__.endswith("RMSNorm"):
                module.forward = types.MethodType(_norm, module)
        rotary = model.model.rotary_emb
        rotary.exact_frequencies = inverse_frequencies(model.config)
        rotary.forward = types.MethodType(_rotary, rotary)
    return model


def edited_matrices(model, target="all"):
    """Name to parameter of every edited matrix, in the order of the layers; frees the rest."""
    wanted = [p for group, ps in TARGETS.items() if target in ("all", group) for p in ps]
    chosen = {
        name: parameter
        for name, parameter in model.named_parameters()
        if name.startswith("model.layers.") and name.endswith(".weight")
        and name.split(".")[-2] in wanted
    }
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for parameter in chosen.values():
        parameter.requires_grad_(True)
    return chosen


def forward(model, ids):
    """Logits [T, V] of one sequence."""
    return model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]


def response_loss(logits, ids, prompt_length):
    """Mean negative log-likelihood of the response tokens, None if none of them is predicted.

    The token at position t is predicted from position t - 1, so the token at position 0 never is.
    """
    first = max(prompt_length, 1)
    targets = torch.tensor(ids[first:], dtype=torch.long)
    if len(targets) == 0:
        return None
    logs = torch.log_softmax(logits[first - 1 : len(ids) - 1], dim=-1)
    return -logs[torch.arange(len(targets)), targets].mean()


def gradients(model, matrices, ids, prompt_length):
    """Loss of one sample and the gradient of each matrix, (None, None) if nothing is predicted."""
    for parameter in matrices.values():
        parameter.grad = None
    loss = response_loss(forward(model, ids), ids, prompt_length)
    if loss is None:
        return None, None
    loss.backward()
    return loss.item(), {name: parameter.grad for name, parameter in matrices.items()}


def importance(model, matrices, samples, on_sample=None):
    """`|W| * sum_s |dL_s/dW|` of each matrix over samples of (ids, prompt length), float64."""
    sums = {name: torch.zeros_like(parameter) for name, parameter in matrices.items()}
    for index, (ids, prompt_length) in enumerate(samples):
        loss, gradient = gradients(model, matrices, ids, prompt_length)
        if loss is not None:
            for name, value in gradient.items():
                sums[name] += value.abs()
        if on_sample:
            on_sample(index, loss)
    return {name: (matrices[name].detach().abs() * total) for name, total in sums.items()}
