#!/bin/sh
# Proves Sources/CEL against what others wrote: run.sh COUNT SEED.
#
# First the suites of the language and of cel-go (../shared/suites, or KIZUNA_SUITES), with the counts of each file;
# then COUNT generated expressions against Google's C++, in a Python environment that is thrown away.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/kizuna-conformance.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$here/../.."

swift build --build-tests
if ! swift test --skip-build --filter '^CELTests\.' > "$work/suites" 2>&1; then
  cat "$work/suites"
  exit 1
fi
grep -E ' equal, |^SKIPPED|^costs within' "$work/suites" | sort

if ! python=$("$here/wheel.sh" "$work/venv"); then
  echo "FAILED: the Python wheel of Google's evaluator cannot be installed, so nothing was compared with C++"
  exit 1
fi
PYTHONDONTWRITEBYTECODE=1 "$python" "$here/differential.py" "$1" "$2" "$(swift build --show-bin-path)/ConformanceProbe" "$python"
