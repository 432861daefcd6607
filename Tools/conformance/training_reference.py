# SPDX-License-Identifier: Apache-2.0
"""Training in Python: all weights with transformers, LoRA and DoRA with PEFT, LoReFT as pyreft does it.

A run is 20 steps of AdamW with the samples, the order, the schedule and the clipping that `spin train` is
asked for, in float64 (transformers' own float32 parts replaced, see float64_model.py) or in float32 as
the libraries compute. Adapters start from a folder that `spin train` wrote.
"""

import dataclasses
import json
import pathlib
import sys

import numpy as np
import torch
import transformers
from peft import PeftModel
from safetensors.torch import load_file

import calibration
import float64_model

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fixtures"))
import adapters as peft_fixtures  # noqa: E402
import loreft  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a model is trained, in the words of `TrainingArguments`."""

    learning_rate: float
    lr_scheduler_type: str = "linear"
    max_grad_norm: float = 1.0
    max_steps: int = 20
    per_device_train_batch_size: int = 2
    gradient_accumulation_steps: int = 2
    warmup_steps: int = 3
    weight_decay: float = 0.01
    # The key of dropout's numbers is the fixtures' seed.
    seed: int = peft_fixtures.SEED

    @property
    def options(self):
        """The same as options of `spin train`."""
        return [
            part for name, value in dataclasses.asdict(self).items()
            for part in ("--" + name.replace("_", "-"), value)]

    def order(self, count):
        """The samples of each step: a permutation an epoch, the last step of one takes what is left."""
        size = self.per_device_train_batch_size * self.gradient_accumulation_steps
        generator = np.random.default_rng(self.seed)
        steps = []
        while len(steps) < self.max_steps:
            permutation = generator.permutation(count).tolist()
            steps += [permutation[i : i + size] for i in range(0, count, size)]
        return steps[: self.max_steps]


@dataclasses.dataclass
class Run:
    """What came of a run: the loss of each step, tensors before and after."""

    losses: list
    before: dict
    after: dict
    # The trained model, with its adapter where it has one.
    model: object


def samples(model, path):
    """(ids, prompt length) of every row of a file, the end token after each response."""
    reader = calibration.Samples(model, overflow="truncate", appends_end=True)
    return [reader.sample(*row) for row in calibration.read_rows(path)]


def sample_loss(model, ids, prompt):
    """The sum of the losses of the response tokens of one sample, and their number."""
    logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
    first = max(prompt, 1)
    loss = torch.nn.functional.cross_entropy(
        logits[first - 1 : -1], torch.tensor(ids[first:]), reduction="sum")
    return loss, len(ids) - first


def backward_one_by_one(model, rows):
    """Gradients of the mean over all response tokens of a step, each sample alone; that mean."""
    targets = sum(len(ids) - max(prompt, 1) for ids, prompt in rows)
    total = 0.0
    peft_fixtures.PlacedDropout.first_row = 0
    for ids, prompt in rows:
        loss, _ = sample_loss(model, ids, prompt)
        (loss / targets).backward()
        total += loss.item()
        peft_fixtures.PlacedDropout.first_row += len(ids)
    return total / targets


def train(groups, recipe, data, backward):
    """The losses of all steps; `backward` adds the gradients of one and returns its loss."""
    parameters = [p for group in groups for p in group["params"]]
    optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate)
    kind = recipe.lr_scheduler_type
    scheduler = transformers.get_scheduler(
        "constant_with_warmup" if kind == "constant" else kind, optimizer,
        num_warmup_steps=recipe.warmup_steps, num_training_steps=recipe.max_steps)
    losses = []
    for step, chosen in enumerate(recipe.order(len(data))):
        peft_fixtures.PlacedDropout.step = step
        optimizer.zero_grad()
        losses.append(backward([data[i] for i in chosen]))
        if recipe.max_grad_norm > 0:
            torch.nn.utils.clip_grad_norm_(parameters, recipe.max_grad_norm)
        optimizer.step()
        scheduler.step()
    return losses


def decaying(parameters, decays, weight_decay):
    """Two groups of AdamW: those that decay, and the others."""
    return [
        {"params": [p for name, p in parameters.items() if decays(name, p)],
         "weight_decay": weight_decay},
        {"params": [p for name, p in parameters.items() if not decays(name, p)],
         "weight_decay": 0.0}]


def copies(tensors):
    return {name: tensor.detach().double().clone() for name, tensor in tensors.items()}


def full(directory, data, recipe, dtype):
    """All weights with transformers; neither norms nor biases decay."""
    model = float64_model.load(directory, exact=dtype == torch.float64, dtype=dtype)
    parameters = dict(model.named_parameters())
    before = copies(parameters)
    groups = decaying(parameters, lambda _, value: value.dim() == 2, recipe.weight_decay)
    losses = train(groups, recipe, data, lambda rows: backward_one_by_one(model, rows))
    return Run(losses, before, copies(parameters), model)


def file_name(name):
    """The name of a parameter of PEFT in its file."""
    magnitude = ".lora_magnitude_vector"
    return name.replace(f"{magnitude}.default.weight", magnitude).replace(".default", "")


def low_rank(directory, start, data, recipe, dtype):
    """LoRA or DoRA with PEFT, from the adapter in the folder `start`; every tensor of it decays."""
    base = float64_model.load(directory, exact=dtype == torch.float64, dtype=dtype)
    model = PeftModel.from_pretrained(base, start, is_trainable=True)
    config = model.peft_config["default"]
    peft_fixtures.place_dropout(model, config.lora_dropout)
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if any(p.dtype != dtype for p in parameters.values()):
        raise TypeError("PEFT keeps its adapter in another precision")
    before = copies({file_name(name): p for name, p in parameters.items()})
    model.train()
    losses = train(
        decaying(parameters, lambda *_: True, recipe.weight_decay), recipe, data,
        lambda rows: backward_one_by_one(model, rows))
    model.eval()
    return Run(losses, before, copies({file_name(n): p for n, p in parameters.items()}), model)


class LoReFTModel:
    """A model with interventions; what loreft.py's functions want to know of it."""

    def __init__(self, directory, folder, dtype):
        self.model = float64_model.load(directory, exact=dtype == torch.float64, dtype=dtype)
        self.model.requires_grad_(False)
        config = json.loads((folder / "reft_config.json").read_text())
        self.positions, self.is_shared = config["position"], config["share_weights"]
        self.layers = loreft.layer_list(config["layers"], self.positions, self.is_shared)
        values = load_file(folder / "reft_model.safetensors")
        self.interventions = []
        for place in range(len(self.layers)):
            intervention = loreft.Intervention(config["hidden_size"], config["low_rank_dimension"])
            key = loreft.key(self.layers, place)
            intervention.start(
                *(values[f"{key}.{name}"].double()
                  for name in ("rotate_layer", "learned_source.weight", "learned_source.bias")))
            self.interventions.append(intervention.to(dtype))

    def tensors(self):
        """Under the names of the file."""
        return copies({
            f"{loreft.key(self.layers, place)}.{name}": value
            for place, one in enumerate(self.interventions) for name, value in (
                ("rotate_layer", one.rotate_layer.weight),
                ("learned_source.weight", one.learned_source.weight),
                ("learned_source.bias", one.learned_source.bias))})

    def write(self, folder, rank, layers):
        """A folder as the product writes it."""
        tensors = {}
        for place, one in enumerate(self.interventions):
            tensors |= loreft.values_of(one, place)
        loreft.folder(
            folder, self.model.config.hidden_size, rank, layers, self.layers, self.positions,
            self.is_shared, tensors)

    def greedy(self, prompt, count):
        """Greedy tokens, and the smallest distance of the two best logits."""
        with torch.no_grad():
            return loreft.greedy(
                self.model, self.layers, self.interventions, prompt, self.positions, self.is_shared,
                count)


def low_rank_interventions(directory, start, data, recipe, dtype):
    """LoReFT from the adapter in the folder `start`; of its tensors only the learned source decays."""
    trained = LoReFTModel(directory, start, dtype)
    before = trained.tensors()
    parameters = {
        f"{place}.{name}": value for place, one in enumerate(trained.interventions)
        for name, value in one.named_parameters()}

    def backward(rows):
        loss = loreft.batch_loss(
            trained.model, trained.layers, trained.interventions, rows, trained.positions,
            trained.is_shared)
        loss.backward()
        return loss.item()

    losses = train(
        decaying(
            parameters, lambda name, _: name.endswith("learned_source.weight"), recipe.weight_decay),
        recipe, data, backward)
    return Run(losses, before, trained.tensors(), trained)
