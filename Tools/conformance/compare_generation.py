# SPDX-License-Identifier: Apache-2.0
"""Compares greedy texts of `spin generate` with transformers, token by token.

    python Tools/conformance/compare_generation.py SPIN [--model DIR] [--prompts 200] [--tokens 64]

On each pinned model of Tests/Fixtures/models, whose prompts are random token strings, and on a
trained model if one is given. transformers computes in float64, without a cache; where its two best
logits are closer than a Float32 sum can tell, the comparison of that text ends there, and such ends
are counted. Exits with 1 on any difference before that.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Relative to the largest logit: sums of a few thousand Float32 terms differ by less.
MARGIN = 2e-5

WORDS = """the little dog cat girl boy was went to a park and saw big red ball said mom happy tree
house bird one day upon time there lived who loved play with friends found small box in garden she
he they wanted but it were very sad because lost her toy then""".split()


def made_prompts(count):
    """Different openings of a story, long and short."""
    generator = torch.Generator().manual_seed(1)
    prompts = ["Once upon a time", "Lily", "A"]
    while len(prompts) < count:
        length = int(torch.randint(1, 24, (1,), generator=generator))
        picks = torch.randint(0, len(WORDS), (length,), generator=generator).tolist()
        prompts.append(" ".join(WORDS[i] for i in picks).capitalize())
    return prompts[:count]


def spin_texts(spin, model, prompts, tokens, *options):
    """The tokens that the program adds to each prompt."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for prompt in prompts:
            file.write(json.dumps({"prompt": prompt}) + "\n")
        file.flush()
        output = subprocess.run(
            [spin, "generate", model, "--prompts", file.name, "--json", "--quiet",
             "--max-new-tokens", str(tokens), *options],
            check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    assert [line["index"] for line in lines] == list(range(len(prompts)))
    return lines


def compare(model, ids, line, end_tokens, most):
    """'same', 'close' (two logits too close to tell) or a description of the difference."""
    found = line["tokens"]
    sequence = torch.tensor([ids + found])
    with torch.no_grad():
        logits = model(sequence).logits[0, len(ids) - 1 :]
    for position in range(len(found) + 1):
        if position == len(found) and line["finish"] == "length":
            return "same"
        values, best = logits[position].topk(2)
        expected = int(best[0])
        if position == len(found):
            right = expected in end_tokens
        else:
            right = expected == found[position]
        if not right:
            margin = float((values[0] - values[1]) / values.abs().max())
            return "close" if margin < MARGIN else f"token {position}: margin {margin:.2e}"
    return "same"


def check(spin, path, prompts, tokens, encode):
    model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float64).eval()
    end = model.generation_config.eos_token_id
    end = set(end if isinstance(end, list) else [end]) - {None}
    positions = model.config.max_position_embeddings
    lines = spin_texts(spin, path, prompts, tokens)
    for options in (["--batch-size", "1", "--threads", "1"], ["--batch-size", "64"]):
        if spin_texts(spin, path, prompts, tokens, *options) != lines:
            return f"{path}: texts depend on {options}"
    outcomes = []
    for prompt, line in zip(prompts, lines):
        ids = encode(prompt)
        if line["finish"] == "length":
            assert len(line["tokens"]) == min(tokens, positions - len(ids)), line
        outcomes.append(compare(model, ids, line, end, tokens))
    wrong = [o for o in outcomes if o not in ("same", "close")]
    print(f"{pathlib.Path(path).name}: {len(prompts)} prompts x {tokens}: "
          f"{outcomes.count('same')} identical, {outcomes.count('close')} end at a near tie, "
          f"{len(wrong)} different", flush=True)
    return wrong[0] if wrong else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spin")
    parser.add_argument("--model", help="a trained model with its tokenizer")
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--tokens", type=int, default=64)
    arguments = parser.parse_args()
    failures = []
    if arguments.model:
        tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
        failures.append(check(
            arguments.spin, arguments.model, made_prompts(arguments.prompts), arguments.tokens,
            lambda text: tokenizer(text).input_ids))
    for directory in sorted((ROOT / "Tests/Fixtures/models").iterdir()):
        if (directory / "config.json").exists():
            failures.append(fixture(arguments, directory))
    failures = [failure for failure in failures if failure]
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


def fixture(arguments, directory):
    """A pinned model has no tokenizer: it gets one whose tokens are its ids, as letters."""
    with tempfile.TemporaryDirectory() as temporary:
        for file in directory.iterdir():
            if file.name == "config.json" or file.name.startswith("model"):
                pathlib.Path(temporary, file.name).symlink_to(file)
        size = json.loads((directory / "config.json").read_text())["vocab_size"]
        letters = [chr(0x4E00 + i) for i in range(size)]
        pathlib.Path(temporary, "tokenizer.json").write_text(json.dumps({
            "version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
            "post_processor": None, "decoder": None,
            "model": {"type": "BPE", "unk_token": None, "byte_fallback": False,
                      "ignore_merges": False, "merges": [],
                      "vocab": {letter: i for i, letter in enumerate(letters)}}}))
        generator = torch.Generator().manual_seed(2)
        prompts = ["".join(letters[i] for i in torch.randint(
            0, size, (int(torch.randint(1, 20, (1,), generator=generator)),),
            generator=generator).tolist()) for _ in range(40)]
        failure = check(arguments.spin, temporary, prompts, arguments.tokens,
                        lambda text: [ord(letter) - 0x4E00 for letter in text])
        return failure and f"{directory.name}: {failure}"


if __name__ == "__main__":
    main()
