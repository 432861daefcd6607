#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes a Python virtual environment with the pinned packages of Tools/requirements.txt.
#
#   Tools/venv.sh [DIRECTORY]      default: .venv at the root of the repository
#
# An existing environment is brought to the pinned versions. Set PYTHON to choose the interpreter.
# Where pip is offered a CPU-only build of the same torch version (a local wheel named +cpu through
# pip's own `find-links`), pip prefers it; otherwise the build on PyPI is installed in full, because
# it does not import without the libraries it depends on.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
directory=${1:-"$root/.venv"}
python=${PYTHON:-python3}

if [ ! -x "$directory/bin/python" ]; then
  "$python" -m venv "$directory"
fi
"$directory/bin/python" -m pip install --quiet --disable-pip-version-check \
  --requirement "$root/Tools/requirements.txt"
"$directory/bin/python" -c 'import torch, transformers, tokenizers, safetensors, numpy'
printf '%s\n' "$directory"
