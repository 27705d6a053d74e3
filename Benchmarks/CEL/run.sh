#!/bin/sh
# Measures Sources/CEL: two rules beside Google's C++ in a Python environment that is thrown away, then expressions
# written to use up time or memory.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/kizuna-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$here/../.."

swift build -c release --static-swift-stdlib --product CELBench
if python=$(Tests/Conformance/wheel.sh "$work/venv" 2> "$work/why"); then
  times=$("$python" "$here/wheel.py")
else
  tail -1 "$work/why"
  times=""
fi
# shellcheck disable=SC2086 # one argument a rule
"$(swift build -c release --static-swift-stdlib --show-bin-path)/CELBench" $times
