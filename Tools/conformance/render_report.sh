#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Reports the demo's run, with every measure of it, and its comparison of methods, and opens the pages
# in a real Chromium.
#
#   Tools/conformance/render_report.sh SPIN [SCREENSHOTS]
#
# Fails on a message in the console, an exception, a request, a page wider than its screen, texts of a figure
# over each other, a table cut beside free room, or no way back to the contents; and where LaTeX is there, on
# a table of the comparison that it does not compile. Installs Debian's chromium where there is no Chromium.
set -euo pipefail
cd "$(dirname "$0")/../.."
spin=$1
screenshots=${2:-}

install() {
  local root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get -o Acquire::Retries=3 update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get -o Acquire::Retries=3 install -y -qq --no-install-recommends "$@" >/dev/null
}
command -v python3 >/dev/null || install python3
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
  install chromium
  browser=$(command -v chromium)
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$folder/demo/model run=$folder/demo/run
"$spin" demo --limit 60 --out "$folder/demo" >/dev/null 2>"$folder/log" || { cat "$folder/log" >&2; exit 1; }

# What the demo leaves out.
evaluate() { "$spin" evaluate "$@" --quiet >/dev/null; }
options=(--patch "$run/patch.json" --out "$run/evaluation")
evaluate coupling "$model" "${options[@]}" --pair privacy="$folder/demo/questions_privacy.csv" \
  --pair fairness="$folder/demo/questions_fairness.csv" --column question --count 40 --permutations 50
python3 - "$folder/tasks.jsonl" <<'PYTHON'
import json, sys
with open(sys.argv[1], "w") as file:
    for number in range(30):
        file.write(json.dumps(
            {"context": f"the number {number} is", "choices": [" odd", " even"], "gold": 1 - number % 2}) + "\n")
PYTHON
evaluate choices "$model" "${options[@]}" --task "$folder/tasks.jsonl"
"$spin" data lint "$folder"/demo/{privacy,fairness,general}.csv --json > "$run/data.json"

# The same run whose answers try to be a page of their own.
cp -r "$run" "$folder/hostile"
python3 - "$folder/hostile/evaluation" <<'PYTHON'
import json, pathlib, sys
hostile = (
    "</blockquote></script><script>hostile = 1; console.log('ran')</script>"
    "<img src='http://127.0.0.1:9/x' onerror='hostile = 1'><svg onload='hostile = 1'></svg>"
    "<style>@import url(http://127.0.0.1:9/y)</style><base href='http://127.0.0.1:9/'>\u0000\u001b\u202e]]>"
    + "W" * 900)
for path in pathlib.Path(sys.argv[1]).glob("awareness-*.jsonl"):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        line["question"] = line["answer"] = hostile
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
path = pathlib.Path(sys.argv[1]) / "awareness.json"
summary = json.loads(path.read_text())
summary["judge"] = hostile
path.write_text(json.dumps(summary))
PYTHON

# The same run with an edit that changes no weight.
cp -r "$run" "$folder/empty"
python3 - "$folder/empty" <<'PYTHON'
import json, pathlib, sys
run = pathlib.Path(sys.argv[1])
for path in [run / "patch.json", *(run / "evaluation").glob("*.json")]:
    document = json.loads(path.read_text())
    if "patch_weights" in document:
        document["patch_weights"] = 0
    # The measures are of the edit that changed weights: a report refuses those of another.
    document.pop("edit_digest", None)
    if document["schema"].startswith("patch/"):
        document["weights"], document["unchanged"], document["tensors"] = 0, 0, []
    path.write_text(json.dumps(document))
PYTHON

# A run of which nothing was measured.
mkdir "$folder/bare"
cp "$run/manifest.json" "$folder/bare"

"$spin" report demo="$run" --out "$folder/report.html" >/dev/null
"$spin" report "$folder/hostile" --out "$folder/hostile.html" >/dev/null
"$spin" report "$folder/empty" --out "$folder/empty.html" >/dev/null
"$spin" report "$folder/bare" --out "$folder/bare.html" >/dev/null
"$spin" report demo="$run" again="$run/evaluation" hostile="$folder/hostile" \
  --out "$folder/several.html" >/dev/null
cp "$folder/demo/comparison/report.html" "$folder/methods.html"
if command -v pdflatex >/dev/null; then
  printf '%s\n' '\documentclass{article}' '\usepackage{booktabs}' '\begin{document}' \
    "\\input{$folder/demo/comparison/table.tex}" '\end{document}' > "$folder/paper.tex"
  pdflatex -interaction=nonstopmode -halt-on-error -output-directory "$folder" "$folder/paper.tex" \
    > "$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
fi
python3 Tools/conformance/render_report.py "$browser" "$folder"/{report,methods,several,hostile,empty,bare}.html \
  ${screenshots:+--screenshots "$screenshots"}
