#!/bin/sh
# Fuzzes Sources/CEL with libFuzzer: run.sh SECONDS [TARGET…], where a target is parser, checker or evaluator.
#
# Everything is made in a temporary folder. Each target starts from seeds.txt (one expression a line) and cel.dict and
# is guided by the coverage of what it calls. An input that crashes, takes longer than 10 seconds or more than 1 GiB,
# or breaks a promise fails the run; its text is printed, to become a test.
set -eu
seconds=$1
shift
[ $# -gt 0 ] || set -- parser checker evaluator
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/kizuna-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "building the fuzzer …"
swiftc -O -sanitize=fuzzer -parse-as-library -swift-version 6 -package-name kizuna -module-name CEL \
  $(find "$here/../../Sources/CEL" -name '*.swift') "$here"/*.swift -o "$work/fuzz" -lm

mkdir "$work/seeds"
awk -v folder="$work/seeds" '/./ { file = folder "/" NR; print > file; close(file) }' "$here/seeds.txt"

failed=""
for target in "$@"; do
  echo "$target: $seconds s"
  mkdir "$work/$target"
  if FUZZ_TARGET=$target SWIFT_DETERMINISTIC_HASHING=1 "$work/fuzz" -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=1024 -max_len=600 -dict="$here/cel.dict" -artifact_prefix="$work/$target-" -print_final_stats=1 \
    "$work/$target" "$work/seeds" > "$work/$target.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log")
    inputs=$(find "$work/$target" -type f | wc -l)
    coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$work/$target.log" | tail -1)
    echo "$target: clean after $runs runs, $inputs inputs that each reach something new, $coverage edges"
  else
    failed="$failed $target"
    grep -A 8 -E 'BROKEN|ERROR|Fatal error' "$work/$target.log" | head -40
    for input in "$work/$target"-*; do
      echo "--- ${input##*/}"
      cat "$input"
      echo
    done
  fi
done
[ -z "$failed" ] || { echo "FAILED:$failed"; exit 1; }
