#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every reader of foreign bytes under libFuzzer: FUZZ_SECONDS each (600), JOBS at a time (1), or the targets that are
# named.
#
#     Tools/fuzzing/run.sh [TARGET ...]
#
# An input fails that ends the process, takes longer than FUZZ_TIMEOUT seconds (10), makes one allocation above
# FUZZ_ALLOCATION_MB (512) or grows the process beyond FUZZ_MEMORY_MB (1024). Inputs have at most FUZZ_BYTES
# (65536) bytes. What failed is in .build-fuzz/crashes/TARGET; the exit status is 1 where anything did.
set -uo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-600}
work=$PWD/.build-fuzz
mkdir -p "$work/logs"
if [ "${FUZZ_BUILD:-yes}" = yes ]; then
  (cd Fuzzing && swift build -c release --scratch-path "$work") >"$work/logs/build.log" 2>&1 || {
    tail -n 20 "$work/logs/build.log" >&2
    exit 1
  }
fi
fuzz=$work/release/fuzz
rm -rf "$work/seeds"
python3 Tools/fuzzing/seeds.py "$work/seeds" || exit 1
export FUZZ_COMPANIONS=$work/seeds/companions SWIFT_BACKTRACE=enable=no
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <("$fuzz")

# Fuzzes one target and prints its row; fails where an input did.
fuzz_target() {
  local target=$1 corpus=$work/corpus/$1 crashes=$work/crashes/$1 log=$work/logs/$1.log last count
  mkdir -p "$corpus" "$crashes" "$work/seeds/$target"
  rm -f "$crashes"/*
  FUZZ_TARGET=$target "$fuzz" "$corpus" "$work/seeds/$target" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 \
    -ignore_ooms=1 -max_total_time="$seconds" -timeout="${FUZZ_TIMEOUT:-10}" -max_len="${FUZZ_BYTES:-65536}" \
    -rss_limit_mb="${FUZZ_MEMORY_MB:-1024}" -malloc_limit_mb="${FUZZ_ALLOCATION_MB:-512}" \
    -artifact_prefix="$crashes/" >"$log" 2>&1
  # "#1234: cov: 567 ft: 890 corp: 123 exec/s: ..."
  last=$(grep -E '^#[0-9]+: cov' "$log" | tail -n 1)
  count=$(find "$crashes" -type f | wc -l)
  printf '%-17s %12s %8s %8s %8s\n' "$target" "$(sed -nE 's/^#([0-9]+):.*/\1/p' <<<"$last")" \
    "$(sed -nE 's/.*cov: ([0-9]+).*/\1/p' <<<"$last")" "$(sed -nE 's/.*corp: ([0-9]+).*/\1/p' <<<"$last")" "$count"
  [ -n "$last" ] && [ "$count" = 0 ]
}
export -f fuzz_target
export work fuzz seconds

printf '%-17s %12s %8s %8s %8s\n' target executions coverage corpus failures
printf '%s\n' "${targets[@]}" | xargs -P "${JOBS:-1}" -I{} bash -c 'fuzz_target {}'
failed=$?
rm -rf /dev/shm/spin-fuzz-*
exit $((failed != 0))
