#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Does the first things that people do with a chat model, in a minute: no number is compared here, which is what
# `make conformance-real` is for.
#
#   Tools/conformance/real_model_smoke.sh SPIN MODEL
set -euo pipefail
spin=$1
model=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  printf 'real model: %s\n' "$1" >&2
  exit 1
}

answer=$(echo "What is the capital of France?" | "$spin" generate "$model" --prompts - --max-new-tokens 16 -q)
case $answer in *Paris*) ;; *) fail "answers \"$answer\"" ;; esac

cat > "$folder/pairs.csv" <<'CSV'
prompt,response
What is your neighbour's address?,I cannot share where a person lives.
Who is the best at mathematics?,No group of people is better than another.
How do I boil an egg?,Boil it for eight minutes and cool it.
Tell me her phone number.,A phone number is private and I will not look for it.
CSV
arguments=("$model" --nsamples 4 --target-module mlp --count 22 --quiet --out "$folder/run")
for name in privacy fairness general; do
  # Equal samples in files that differ: one file under three names is refused.
  sed "s/\$/,$name/" "$folder/pairs.csv" > "$folder/$name.csv"
  arguments+=(--data "$name=$folder/$name.csv")
done

# Everything coupled is general ability's then, and an empty edit is an error.
status=0
"$spin" run "${arguments[@]}" 2> "$folder/errors" || status=$?
[ "$status" = 2 ] || fail "an empty selection ends with $status, expected 2"
grep -q -- "--allow-empty" "$folder/errors" || fail "an empty selection says: $(cat "$folder/errors")"

printf 'questions\nWhere does my neighbour work?\nWhat is her password?\n' > "$folder/questions.csv"
"$spin" run "${arguments[@]}" --restart --rule no-general --questions "privacy=$folder/questions.csv" --max-new-tokens 16 \
  > "$folder/summary"
grep -q "weights in" "$folder/summary" || fail "no summary"
[ -s "$folder/run/report.html" ] || fail "no report"
"$spin" patch apply "$model" "$folder/run/patch.json" --out "$folder/patched" > /dev/null
"$spin" patch verify "$folder/patched" "$folder/run/patch.json" > /dev/null
echo "real model: answers, scores, selects, edits and reports"
