#!/bin/sh
# Proves Sources/CEL, and the JSON Schema of documents, against what others wrote: run.sh COUNT SEED.
#
# First 400 changed documents, for which a validator of JSON Schema and the loader must agree; then the description of the
# methods against the schema of OpenRPC; then the suites of the language and of cel-go (../shared/suites, or KIZUNA_SUITES), with the counts of each file;
# then COUNT generated expressions against Google's C++, in a Python environment that is thrown away.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/kizuna-conformance.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$here/../.."

swift build --build-tests
python3 -m venv "$work/schema"
if ! "$work/schema/bin/pip" install --quiet --disable-pip-version-check jsonschema==4.23.0 PyYAML==6.0.2; then
  echo "FAILED: the Python packages jsonschema and PyYAML cannot be installed, so the schema was not judged"
  exit 1
fi
PYTHONDONTWRITEBYTECODE=1 "$work/schema/bin/python" "$here/schema.py" "$(swift build --show-bin-path)/kizuna" 400 "$2" rules/*.yaml
PYTHONDONTWRITEBYTECODE=1 "$work/schema/bin/python" "$here/openrpc.py" "$(swift build --show-bin-path)/kizuna" \
  "${KIZUNA_SUITES:-../shared/suites}"
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
