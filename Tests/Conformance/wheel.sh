#!/bin/sh
# Makes a Python environment with Google's C++ evaluator in a folder, and prints the path of its interpreter.
#
# The version is fixed, because deviations.py lists what this one gets wrong.
set -eu
wheel=cel-expr-python==0.1.3
python3 -m venv "$1" >&2
"$1/bin/pip" install --quiet --disable-pip-version-check "$wheel" >&2
echo "$1/bin/python"
