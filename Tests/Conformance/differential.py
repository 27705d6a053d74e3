"""Compares the evaluator with Google's C++: differential.py COUNT SEED PROBE PYTHON.

PROBE is the built probe and PYTHON an interpreter with the wheel `cel-expr-python`. Both evaluate the same expressions
and must give the same value, or both fail. The known deviations of C++ are listed with their reason and count; any
other difference is printed and fails the run.
"""

import collections
import pathlib
import subprocess
import sys

from deviations import DEVIATIONS, marks, spell
from generate import Generator


def ask(command, expressions):
    """What a command answers to each expression; one that ends it counts as "crash", and it is started again."""
    answers = []
    while len(answers) < len(expressions):
        asked = expressions[len(answers):]
        run = subprocess.run(command, input="\n".join(asked) + "\n", capture_output=True, text=True, encoding="utf-8")
        lines = run.stdout.splitlines()
        answers += lines
        if run.returncode > 0 or run.returncode == 0 and len(lines) != len(asked):
            sys.exit(f"{command[0]} answered {len(lines)} of {len(asked)} expressions: {run.stderr[-500:]}")
        if run.returncode < 0:
            answers.append("crash")
    return answers


def main():
    count, seed, probe, python = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    oracle = [python, str(pathlib.Path(__file__).with_name("oracle.py"))]
    generator = Generator(seed)
    marked = [generator.expression() for _ in range(count)]
    plain = [spell(expression) for expression in marked]
    ours, theirs = ask([probe], plain), ask(oracle, plain)

    suspects = [i for i in range(count) if ours[i] != theirs[i]]
    # Each suspect is asked again around one deviation after the other, then around all of them at once.
    attempts = []
    for i in suspects:
        names = marks(marked[i])
        attempts += [(i, [name]) for name in names] + ([(i, names)] if len(names) > 1 else [])
    corrected = ask(oracle, [spell(marked[i], names) for i, names in attempts]) if attempts else []
    explained = {}
    for (i, names), value in zip(attempts, corrected):
        if value == ours[i]:
            explained.setdefault(i, names)

    failures = sum(value == "error" for value in ours)
    print(f"{count} expressions from seed {seed}: {count - len(suspects)} equal, of which {failures} fail in both")
    counts = collections.Counter(name for names in explained.values() for name in names)
    print(f"{len(explained)} times C++ is known to deviate:")
    for name, deviation in DEVIATIONS.items():
        print(f"  {counts[name]:5} × {name}: {deviation.reason}")
    different = [i for i in suspects if i not in explained]
    for i in different[:40]:
        print(f"  DIFFERENT {plain[i]}\n    Kizuna {ours[i]}\n    C++    {theirs[i]}")
    print(f"{len(different)} other differences")
    sys.exit(1 if different else 0)


main()
