#!/usr/bin/env bash
# Plants ten bugs, one after the other, into a copy of the sources, and lets the simulator find each.
#
#   Tests/PlantedBugs/run.sh           builds and runs; fails where a bug is not found
#   Tests/PlantedBugs/run.sh --check   only sees that every patch still fits the sources
set -euo pipefail
cd "$(dirname "$0")/../.."
patches=(Tests/PlantedBugs/*.patch)

for patch in "${patches[@]}"; do
  patch --dry-run --forward --strip 1 --fuzz 3 --silent < "$patch" > /dev/null || {
    echo "$patch no longer fits the sources: plant the bug anew"
    exit 1
  }
done
[ "${1:-}" != --check ] || exit 0

work=${PLANTED_BUGS:-.build/planted-bugs}
mkdir -p "$work"
for folder in Sources migrations Package.swift Package.resolved; do
  rm -rf "${work:?}/$folder"
  cp -R "$folder" "$work/$folder"
done
# Targets of tests and benchmarks are not copied; the manifest only needs their folders to be there.
for folder in Tests Benchmarks; do ln -sfn "$PWD/$folder" "$work/$folder"; done

simulate() {
  swift build --package-path "$work" --product kizuna-simulate > "$work/build.log" 2>&1 || {
    tail -20 "$work/build.log"
    exit 1
  }
  SWIFT_DETERMINISTIC_HASHING=1 timeout 300 "$work/.build/debug/kizuna-simulate" \
    --seed 1 --seeds 40 --steps 1500 --as-found > "$work/run.log" 2>&1
}

# Whether a run ended with a difference, and not by a crash or for lack of time.
differs() { [ "$1" = 1 ] && grep -q '^seed [0-9]*, step [0-9]*:' "$work/run.log"; }

simulate || { echo "without a bug there is a difference already"; tail -20 "$work/run.log"; exit 1; }
echo "without a bug: $(tail -1 "$work/run.log")"
missed=0
for patch in "${patches[@]}"; do
  name=$(basename "$patch" .patch)
  patch --directory "$work" --forward --strip 1 --fuzz 3 --silent --no-backup-if-mismatch < "$patch"
  status=0
  simulate || status=$?
  if differs "$status"; then
    echo "$name: found, $(grep -m 1 '^seed' "$work/run.log")"
  else
    echo "$name: NOT FOUND (status $status)"
    missed=$((missed + 1))
  fi
  # Taken back by copying: a patch that fits loosely might be taken back somewhere else.
  sed -n 's|^+++ b/||p' "$patch" | while read -r file; do cp "$file" "$work/$file"; done
done
[ "$missed" = 0 ]
