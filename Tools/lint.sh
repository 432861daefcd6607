#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What `make lint` checks. Prints every finding; fails if there is one.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
complain() {
  printf 'lint: %s\n' "$1"
  failed=1
}

swift format lint --strict --recursive Package.swift Sources Tests Examples || complain "swift format"

# Pointers and unchecked memory stay in two folders.
# (A verdict is called unsafe, as the judges of the field call it: `.unsafe`, `case unsafe`; words in quotes
# are words; and two files are prompts for such judges.)
if grep -rn --include='*.swift' -i unsafe Sources | sed -E 's/"([^"\\]|\\.)*"/""/g' \
  | grep -P ':[0-9]+:.*(?<![.\w])(?<!case )(unsafe|Unsafe\w*)(?!\w)' \
  | grep -vE '^Sources/(Storage|Kernels)/|/(MDJudgePrompt|JudgeTemplate).swift:' | grep -vE '^[^:]+:[0-9]+: *//'; then
  complain "unsafe code outside Sources/Storage and Sources/Kernels"
fi

# The library names properties; Sources/CLI/Arguments/SettingFlags.swift makes flags of them. What is left are commands
# (a flag behind `spin`; what is made of or read from recorded ones), the keys of request.json (`option: "--q"`, `.file("--text"`), and style sheets.
if grep -rnP --include='*.swift' '(?<![-\w])--[a-z]' Sources | grep -vE '^[^:]+:[0-9]+: *//' \
  | grep -vE '^Sources/(CLI|Report/Rendering/Style)/|/(RequestRecord\+Entries|MeasureRequest|RepeatableCommand|MissingMeasure|RunRecord|ImportAdvice).swift:' \
  | sed -E 's/(spin|llama-gguf-split) [^,;:]*--[a-z].*//; s/(option: |\.file\(|\.entry\()"--[a-z-]+"//' | grep -P '(?<![-\w])--[a-z]'; then
  complain "a flag outside Sources/CLI"
fi

# Wrong input is an error, never a trap.
if grep -rnE 'fatalError\(|try!|as! ' --include='*.swift' Sources; then
  complain "a trap in Sources"
fi

# Every source file names its license.
for file in $(git ls-files '*.swift' '*.c' '*.h' '*.py' '*.sh'); do
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || complain "$file: no SPDX line"
done

# One concept a file: 600 lines for sources, 800 for tests.
while read -r lines file; do
  limit=600
  case $file in Tests/*) limit=800 ;; esac
  [ "$lines" -le "$limit" ] || complain "$file has $lines lines, at most $limit"
done < <(git ls-files '*.swift' '*.c' '*.h' | xargs wc -l | grep -v ' total$')

# What docs/reliability.md promises is held by tests that exist.
python3 Tools/named_tests.py || complain "a test that is named and does not exist"

[ "$failed" = 0 ] && echo "lint: nothing to complain about"
exit "$failed"
