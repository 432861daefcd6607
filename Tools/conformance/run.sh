#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares whole runs of the program with PyTorch, transformers and tokenizers.
#
#   Tools/conformance/run.sh PYTHON SPIN      PYTHON from the environment that Tools/venv.sh made
set -euo pipefail
cd "$(dirname "$0")/../.."
python=$1
spin=$2

"$python" Tools/fixtures/generate.py --check
"$python" Tools/conformance/compare_selection.py "$spin"
"$python" Tools/conformance/load_patched.py --spin "$spin"
"$python" Tools/conformance/compare_adapters.py "$spin"
"$python" Tools/conformance/compare_training.py "$spin"
"$python" Tools/conformance/compare_generation.py "$spin"
"$python" Tools/conformance/compare_coupling.py "$spin"
"$python" Tools/conformance/compare_choices.py "$spin" --limit 6
swift build -c release --product tokenizer-probe
"$python" Tools/tokenizers/compare.py
"$python" Tools/tokenizers/compare.py --classes
# A trained model and real texts, where they lie beside the checkout.
shared=../shared
if [ -d "$shared/models/stories260K" ]; then
  "$python" Tools/conformance/compare_generation.py "$spin" --model "$shared/models/stories260K"
  "$python" Tools/conformance/compare_perplexity.py "$spin" "$shared/models/stories260K" \
    "$shared/data/wikitext2/wikitext-2-raw-test.joined.txt"
  "$python" Tools/conformance/compare_coupling.py "$spin" "$shared/models/stories260K" \
    --privacy "$shared/data/spin/salad_privacy.csv" \
    --fairness "$shared/data/spin/salad_fairness.csv"
  "$python" Tools/conformance/compare_choices.py "$spin" "$shared/models/stories260K" \
    --material "$shared/data"
  "$python" Tools/conformance/kill_and_resume.py "$spin"
fi
if [ -d "$shared/tokenizers/llama3" ]; then
  "$python" Tools/conformance/compare_import.py "$spin" "$shared/tokenizers"
fi
# Real vocabularies, as they are, with their merges in the other form, and behind published pre-tokenizers.
if [ -d "$shared/tokenizers/qwen2" ]; then
  "$python" Tools/tokenizers/compare.py "$shared/tokenizers/qwen2" "$shared/tokenizers/llama2"
  "$python" Tools/tokenizers/compare.py --published "$shared/tokenizers/qwen2"
fi
# Real templates have licenses of their own and lie beside the checkout, where there are any.
material=../shared/tokenizers
if [ -d "$material/chat_templates" ]; then
  "$python" Tools/conformance/compare_templates.py "$material"/chat_templates/*.jinja \
    --config "$material/qwen2"
fi
