#!/bin/sh
# Fuzzes with libFuzzer: run.sh SECONDS [TARGET…], where a target is parser, checker or evaluator (expressions), or
# line, schema or value (what comes from the network).
#
# Everything is made in a temporary folder. Each target starts from the seeds (one a line) and the dictionary of its
# program and is guided by the coverage of what it calls. An input that crashes, takes longer than 10 seconds or more
# than 1 GiB, or breaks a promise fails the run; its text is printed, to become a test.
set -eu
seconds=$1
shift
[ $# -gt 0 ] || set -- parser checker evaluator line schema value
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../../Sources
work=$(mktemp -d "${TMPDIR:-/tmp}/kizuna-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT

build_expressions() {
  swiftc -O -sanitize=fuzzer -parse-as-library -swift-version 6 -package-name kizuna -module-name CEL \
    $(find "$sources/CEL" -name '*.swift') "$here"/*.swift -o "$work/expressions" -lm
}

# The rooms JSON and RPC become one module, in which they need not be imported.
build_lines() {
  mkdir "$work/rooms"
  for file in "$sources"/JSON/*.swift "$sources"/RPC/*.swift "$here"/Lines/*.swift; do
    sed -E '/^(package |public )?import JSON$/d' "$file" > "$work/rooms/$(basename "$(dirname "$file")")-$(basename "$file")"
  done
  swiftc -O -sanitize=fuzzer -parse-as-library -swift-version 6 -package-name kizuna -module-name Lines \
    -enable-upcoming-feature MemberImportVisibility "$work"/rooms/*.swift -o "$work/lines"
}

prepare() {
  [ ! -d "$work/$1-seeds" ] || return 0
  echo "building the fuzzer of $1 …"
  "build_$1"
  mkdir "$work/$1-seeds"
  awk -v folder="$work/$1-seeds" '/./ { file = folder "/" NR; print > file; close(file) }' "$2/seeds.txt"
}

failed=""
for target in "$@"; do
  case $target in
    line | schema | value) program=lines folder=$here/Lines dictionary=$here/Lines/json.dict ;;
    *) program=expressions folder=$here dictionary=$here/cel.dict ;;
  esac
  prepare "$program" "$folder"
  echo "$target: $seconds s"
  mkdir "$work/$target"
  if FUZZ_TARGET=$target SWIFT_DETERMINISTIC_HASHING=1 "$work/$program" -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=1024 -max_len=600 -dict="$dictionary" -artifact_prefix="$work/$target-" -print_final_stats=1 \
    "$work/$target" "$work/$program-seeds" > "$work/$target.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log")
    inputs=$(find "$work/$target" -type f | wc -l)
    coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$work/$target.log" | tail -1)
    echo "$target: clean after $runs runs, $inputs inputs that each reach something new, $coverage edges"
  else
    failed="$failed $target"
    grep -a -A 8 -E 'BROKEN|ERROR|Fatal error' "$work/$target.log" | head -40 || tail -n 20 "$work/$target.log"
    for input in "$work/$target"-*; do
      [ -f "$input" ] || continue
      echo "--- ${input##*/}"
      cat "$input"
      echo
    done
  fi
done
[ -z "$failed" ] || { echo "FAILED:$failed"; exit 1; }
