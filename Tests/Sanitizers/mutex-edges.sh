#!/bin/sh
# Builds what tells the thread sanitizer of locks, into a folder, and prints where it is.
set -e
library="$(cd "$1" && pwd)/mutex-edges.so"
clang -shared -fPIC -O1 -o "$library" "$(dirname "$0")/MutexEdges.c" -ldl
echo "$library"
