# SPDX-License-Identifier: Apache-2.0
"""What is compared on the real model, one function a part; each returns (facts, differences)."""

import csv
import hashlib
import json
import math
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile

os.environ.setdefault("TQDM_DISABLE", "1")

import numpy as np  # noqa: E402
import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent), str(ROOT / "Tools/tokenizers")]

import calibration  # noqa: E402
import compare as tokenizer_comparison  # noqa: E402
import compare_templates  # noqa: E402
import float64_model  # noqa: E402
import patch_file  # noqa: E402
import real_tokenizer  # noqa: E402
import score_file  # noqa: E402
import top_sets  # noqa: E402

transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

# Where the material of SPIN is, beside the checkout; the demo's otherwise.
SHARED = ROOT.parent / "shared"
DEMO = ROOT / "Sources/DemoModel"


def material():
    """(label, data sets by name, questions, text)."""
    shared = pathlib.Path(os.environ.get("SPIN_SHARED", SHARED))
    data = shared / "data/spin"
    if data.is_dir():
        pairs = data / "beaver_train330k"
        files = {
            "privacy": f"{pairs}_privacy_safe_1k.csv", "fairness": f"{pairs}_fairness_safe_1k.csv",
            "general": data / "alpaca_cleaned_no_safety_train_1k.csv",
        }
        text = shared / "data/wikitext2/wikitext-2-raw-test.joined.txt"
        return "SPIN's published files", files, (data / "salad_privacy.csv", "questions"), text
    files = {name: DEMO / f"{name}.csv" for name in ("privacy", "fairness", "general")}
    return "the demo's files", files, (DEMO / "questions_privacy.csv", "question"), DEMO / "general.txt"


def run(*command):
    """Runs a command; its standard output. Any failure ends the comparison."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit {result.returncode}\n{result.stderr}")
    return result.stdout


def weights(arguments):
    """Every element of the import against transformers' reading of the same GGUF file."""
    from safetensors.torch import load_file

    found = load_file(arguments.model / "model.safetensors")
    model = transformers.AutoModelForCausalLM.from_pretrained(
        str(arguments.gguf.parent), gguf_file=arguments.gguf.name, dtype=torch.float32)
    expected = {
        name: tensor.to(torch.bfloat16) for name, tensor in model.state_dict().items()
        if name != "lm_head.weight"
    }
    differing = sorted(set(found) ^ set(expected))
    differing += [
        name for name in set(found) & set(expected)
        if not torch.equal(found[name].view(torch.int16), expected[name].view(torch.int16))
    ]
    count = sum(tensor.numel() for tensor in expected.values())
    return {"tensors": len(expected), "elements": count, "differing tensors": len(differing)}, differing


def tokens(arguments):
    """Ids and decoded text of strings, against a tokenizer built from the GGUF file in Python."""
    reference = real_tokenizer.build(arguments.gguf)
    problem = tokenizer_comparison.compare(
        arguments.probe, str(arguments.model / "tokenizer.json"), reference, arguments.strings, 0)
    return {"strings": arguments.strings, "differences": problem or "none"}, [problem] if problem else []


def conversations(seeds):
    """Conversations whose messages are plain texts, as users have them."""
    found = []
    for seed in range(seeds):
        for chat in compare_templates.conversations(seed):
            if chat not in found and all(set(m) == {"role", "content"} for m in chat):
                found.append(chat)
    return found


def chat(arguments):
    """The text of conversations, against apply_chat_template of transformers."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
    chats = conversations(arguments.conversation_seeds)
    cases = [(messages, add) for messages in chats for add in (True, False)]
    lines = "".join(
        json.dumps({"messages": messages, "add_generation_prompt": add}) + "\n"
        for messages, add in cases)
    done = subprocess.run(
        [arguments.probe, "chat", arguments.model], input=lines, capture_output=True, text=True,
        encoding="utf-8")
    if done.returncode != 0:
        sys.exit(done.stderr)
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(answers) == len(cases)
    differing = [
        messages for (messages, add), answer in zip(cases, answers)
        if answer != tokenizer.apply_chat_template(
            messages, add_generation_prompt=add, tokenize=False)
    ]
    return {
        "conversations": len(chats), "renderings": len(cases), "differing": len(differing)}, differing


def perplexity(arguments):
    """Perplexity of a text, against float64."""
    label, _, _, text = material()
    tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
    ids = tokenizer(text.read_text(encoding="utf-8"), return_tensors="pt").input_ids[0]
    count, window = min(arguments.windows, len(ids) // arguments.window), arguments.window
    found = json.loads(run(
        arguments.spin, "evaluate", "perplexity", arguments.model, "--text", text, "--window", window,
        "--limit", count, "--json", "--quiet"))["result"]["perplexity"]
    results = {}
    for name, exact, dtype in (("float64", True, None), ("float32", False, torch.float32)):
        model = float64_model.load(arguments.model, exact=exact, dtype=dtype or torch.float64)
        total = 0.0
        with torch.no_grad():
            for part in ids[: count * window].split(window):
                logits = model(part[None]).logits[0, :-1]
                total += float(torch.nn.functional.cross_entropy(logits, part[1:]))
        results[name] = math.exp(total / count)
    error = abs(found / results["float64"] - 1)
    facts = {
        "text": f"{text.name}, {count} windows of {window} tokens", "spin": f"{found:.9g}",
        "float64": f"{results['float64']:.9g}", "transformers float32": f"{results['float32']:.9g}",
        "relative error to float64": f"{error:.1e}",
        "relative error of transformers float32": f"{abs(results['float32'] / results['float64'] - 1):.1e}",
    }
    return facts, [] if error < 5e-7 else [f"relative error {error:.1e}"]


def greedy(arguments):
    """Greedy answers in chat format, token by token, against transformers in Float32.

    transformers reads prompt and answer at once: an answer is greedy exactly if each of its tokens has
    the largest logit after those before it. Where another token has, float64 decides.
    """
    _, _, (questions, column), _ = material()
    with open(questions, encoding="utf-8-sig", newline="") as file:
        prompts = [row[column] for row in csv.DictReader(file)][: arguments.prompts]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps({"prompt": prompt}) + "\n" for prompt in prompts)
        file.flush()
        output = run(
            arguments.spin, "generate", arguments.model, "--prompts", file.name, "--prompt-format",
            "chat", "--max-new-tokens", 64, "--json", "--quiet")
    lines = [json.loads(line) for line in output.splitlines()]
    tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
    model = float64_model.load(arguments.model, exact=False, dtype=torch.float32)
    ends = model.generation_config.eos_token_id
    ends = set(ends if isinstance(ends, list) else [ends])
    undecided = []
    for prompt, line in zip(prompts, lines):
        rendered = tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}], add_generation_prompt=True, tokenize=False)
        ids = tokenizer(rendered, add_special_tokens=False).input_ids
        place = first_difference(model, ids, line["tokens"], line["finish"], ends)
        if place is not None:
            undecided.append((prompt, ids, line["tokens"], place))
    ties, wrong = decide(arguments.model, undecided, ends)
    return {
        "answers": len(lines), "tokens": sum(len(line["tokens"]) for line in lines),
        "identical": len(lines) - len(undecided), "near ties": ties or "none",
        "different": len(wrong)}, wrong


def decide(path, undecided, ends):
    """(near ties, differences): the gap in float64 where the two programs take different tokens."""
    ties, wrong = [], []
    model = float64_model.load(path) if undecided else None
    for prompt, ids, answer, place in undecided:
        logits = logits_after(model, ids, answer)[place]
        best = float(logits.max())
        chosen = float(logits[answer[place]] if place < len(answer) else logits[list(ends)].max())
        gap = (best - chosen) / abs(best)
        (ties if gap < 2e-5 else wrong).append(
            {"prompt": prompt[:60], "token": place, "relative gap of the logits": f"{gap:.1e}"})
    return ties, wrong


def logits_after(model, ids, answer):
    """Logits from which each token of the answer, and one more, is chosen."""
    with torch.no_grad():
        return model(torch.tensor([ids + answer])).logits[0, len(ids) - 1 :]


def first_difference(model, ids, answer, finish, ends):
    best = logits_after(model, ids, answer).argmax(-1).tolist()
    for place, token in enumerate(answer):
        if best[place] != token:
            return place
    if finish != "length" and best[len(answer)] not in ends:
        return len(answer)
    return None


def reference_sets(arguments, files):
    """The largest scores of every matrix in float64, by data set; kept from one run to the next.

    This is most of the time of the whole comparison. What is kept belongs to the weights and to the
    tokens of the samples.
    """
    samples = {
        name: calibration.Samples(arguments.model, "truncate").read(path, arguments.nsamples, 0)
        for name, path in files.items()
    }
    digest = hashlib.sha256((arguments.model / "model.safetensors").read_bytes())
    digest.update(json.dumps([samples, top_sets.KEPT]).encode())
    cache = arguments.results / f"selected-{digest.hexdigest()[:16]}.pickle"
    if cache.exists():
        return pickle.loads(cache.read_bytes()), True
    model = float64_model.load(arguments.model)
    matrices = float64_model.edited_matrices(model, "all")
    kept = {}
    for name in files:
        exact = float64_model.importance(model, matrices, samples[name])
        # Dense scores of three data sets would take gigabytes.
        kept[name] = {key: top_sets.largest(value.numpy()) for key, value in exact.items()}
        del exact
    cache.write_bytes(pickle.dumps(kept))
    return kept, False


def selected(arguments):
    """Selected weights by both rules, index by index, against float64."""
    label, files, _, _ = material()
    kept, was_kept = reference_sets(arguments, files)
    differing, facts = [], {"data": label, "samples a data set": arguments.nsamples}
    if was_kept:
        facts["reference"] = "kept from an earlier run on the same model and data"
    with tempfile.TemporaryDirectory() as temporary:
        data = [part for name, path in files.items() for part in ("--data", f"{name}={path}")]
        run(arguments.spin, "score", arguments.model, *data, "--out", f"{temporary}/scores",
            "--nsamples", arguments.nsamples, "--seed", 0, "--target-module", "all", "--overflow",
            "truncate", "--prompt-format", "raw", "--quiet")
        worst = max(
            top_sets.largest_error(score_file.read(f"{temporary}/scores/{name}.safetensors"), exact)
            for name, exact in kept.items())
        facts["largest relative error of a score"] = f"{worst:.1e}"
        for rule in top_sets.RULES:
            for amount in (["--p", "1e-3", "--q", "1e-3"], ["--count", "22"]):
                out = f"{temporary}/{rule}-{amount[-1]}.json"
                run(arguments.spin, "select", arguments.model, "--scores", f"{temporary}/scores",
                    "--pair", "privacy,fairness", "--general", "general", "--rule", rule,
                    "--target-module", "all", "--out", out, "--json", *amount)
                found = patch_file.indices(out)
                expected = top_sets.select(kept, rule, amount)
                wrong = [
                    name for name in expected
                    if not np.array_equal(expected[name], found.get(name, []))
                ]
                total = sum(map(len, expected.values()))
                facts[f"{rule}, {' '.join(amount)}"] = (
                    f"{total} weights, " + ("identical" if not wrong else f"{len(wrong)} matrices differ"))
                differing += [f"{rule} {amount}: {name}" for name in wrong]
    return facts, differing


PARTS = {
    "weights": weights, "tokens": tokens, "chat": chat, "perplexity": perplexity, "greedy": greedy,
    "selected": selected,
}
