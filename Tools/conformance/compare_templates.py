# SPDX-License-Identifier: Apache-2.0
"""Compares chat templates rendered by the library with transformers, byte for byte.

    python Tools/conformance/compare_templates.py TEMPLATE.. [--config DIR..]

A TEMPLATE is a Jinja file; a --config folder has a tokenizer_config.json with a chat_template. Each is
rendered for 36 conversations with and without the generation prompt and with tools; the test
TemplateConformanceTests then renders them again from the file of cases that this program writes.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from transformers.utils.chat_template_utils import render_jinja_template

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXTS = [
    "Hello", "", " ", "  two  spaces  ", "line\nbreak\n", "\n\n", "\r\n\ttabs", "Ünïcödé ß ﬁ", "你好，世界", "👩‍👩‍👧 👋🏽",
    "e\u0301 é", "<|im_end|> [INST] </s>", "{{ braces }} {% raw %}", "\"quotes\" 'single' \\ back", "\u00a0nbsp\u2003", "\u2028sep\u0000nul",
    "a" * 3000, "مرحبا", "<think>\nhm\n</think>\n\nfour", "1. one\n2. two\n\n```py\nx = 1\n```",
]
TOOLS = [{"type": "function", "function": {"name": "add", "description": "Adds é", "parameters": {
    "type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "number", "default": 1.5}}}, "return": {"type": "null"}}}]


def message(role, content, **more):
    return {"role": role, "content": content, **more}


def conversations(seed=7):
    """Conversations of many shapes; some of them no template accepts."""
    rng = random.Random(seed)
    text = lambda: rng.choice(TEXTS)  # noqa: E731
    found = [[message("user", text)] for text in TEXTS[:6]]
    for turns in (1, 2, 3, 5, 9, 30):
        for system in (False, True):
            chat = [message("system", text())] if system else []
            for turn in range(turns):
                chat.append(message("user" if turn % 2 == 0 else "assistant", text()))
            found.append(chat)
    found += [[message("user", a), message("assistant", b), message("user", a + b)] for a, b in zip(TEXTS[6:14], TEXTS[12:20])]
    call = {"id": "abcdefghi", "type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": 2.5, "é": [None, True]}}}
    found += [
        [message("user", "x"), message("tool", "result")],
        [message("assistant", "first")],
        [message("user", "x"), message("user", "y")],
        [message("narrator", "who?")],
        [message("system", "a"), message("system", "b"), message("user", "c")],
        [message("user", "x"), message("assistant", "", tool_calls=[call]), message("tool", "3.5", tool_call_id="abcdefghi"), message("tool", "z"), message("assistant", "3.5")],
        [message("user", "x"), message("assistant", "calling", tool_calls=[call, call])],
        [message("user", "x"), message("assistant", "calling", tool_calls=[{**call, "id": "short"}])],
        [message("user", "x"), message("assistant", "<think>\na\n</think>\nb"), message("user", "y"), message("assistant", "<think>\nc\n</think>\nd")],
        [{"role": "user"}],
    ]
    return found


def result(source, chat, add, tokens, tools):
    try:
        rendered, _ = render_jinja_template(
            conversations=[chat], chat_template=source, add_generation_prompt=add, tools=tools,
            date_string="26 Jul 2024", **tokens)
        return {"expected": rendered[0]}
    except Exception as error:  # noqa: BLE001: any refusal is a result
        return {"error": type(error).__name__, "message": str(error)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("templates", nargs="*", type=pathlib.Path)
    parser.add_argument("--config", nargs="*", type=pathlib.Path, default=[])
    parser.add_argument("--cases", type=pathlib.Path, help="only write the cases to this file")
    parser.add_argument("--package", type=pathlib.Path, default=ROOT, help="where swift test is run")
    arguments = parser.parse_args()
    sources = [(str(path), path.read_text(), {"bos_token": "<s>", "eos_token": "</s>"}) for path in arguments.templates]
    for folder in arguments.config:
        config = json.loads((folder / "tokenizer_config.json").read_text())
        tokens = {key: config[key] for key in ("bos_token", "eos_token") if isinstance(config.get(key), str)}
        sources.append((str(folder), config["chat_template"], tokens))
    cases, errors = [], 0
    for index, (name, source, tokens) in enumerate(sources):
        for chat in conversations():
            for add in (False, True):
                for tools in (None, TOOLS) if add else (None,):
                    case = {"template": index, "messages": chat, "add_generation_prompt": add, "tools": tools, **result(source, chat, add, tokens, tools)}
                    errors += "error" in case
                    cases.append(case)
    document = {"templates": [{"name": n, "source": s, "tokens": t} for n, s, t in sources], "cases": cases}
    print(f"{len(sources)} templates, {len(conversations())} conversations, {len(cases)} cases, {errors} of them refused by Jinja")
    with tempfile.TemporaryDirectory() as temporary:
        path = arguments.cases or pathlib.Path(temporary) / "cases.json"
        path.write_text(json.dumps(document))
        if arguments.cases:
            return
        outcome = subprocess.run(
            ["swift", "test", "-c", "release", "--filter", "TemplateConformanceTests"], cwd=arguments.package,
            env={**os.environ, "SPIN_TEMPLATE_CASES": str(path)}, capture_output=True, text=True)
    print(outcome.stdout[-6000:])
    sys.exit(outcome.returncode)


if __name__ == "__main__":
    main()
