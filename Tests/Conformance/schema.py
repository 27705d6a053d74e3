"""Holds `kizuna rules schema` against the loader, with the jsonschema package as the judge: schema.py KIZUNA RULES…

Every document of the folder `rules` fits the schema, and so do its changed copies exactly where the loader finds nothing
wrong with their form. What the loader alone can see (references, expressions, dates that do not exist) may be refused by
it; nothing that it takes may be refused by the schema.
"""

import copy
import json
import os
import random
import subprocess
import sys
import tempfile

import yaml
from jsonschema import Draft202012Validator

VALUES = [None, True, 0, -1, 7, 1000001, "", "x", "A b", "30 days", "0 days", "2026-05-16", "never", "1 + 1", "x" * 300, [], {}]

# What a loader says of the form of a value; the rest it says of how the parts of a document hang together.
FORM = ("must be a text", "must be a number", "must be a list", "must be a mapping", "has no value", "must not be empty",
        "must have at most", "must be a span", "must be an expression", "is not known here", "is not an id", "needs `",
        "must be one of", "there must be at most", "must be `true`", "at least one")


class Loader(yaml.SafeLoader):
    """YAML 1.2, in which dates, `on` and `off` are texts."""


Loader.yaml_implicit_resolvers = {
    key: [pair for pair in pairs if pair[0] in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:null")]
    for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", __import__("re").compile("^(true|false)$"), list("tf"))


def places(node, path=()):
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, path + (key,))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from places(value, path + (index,))


def changed(document, generator):
    copied = copy.deepcopy(document)
    path = generator.choice([path for path in places(document) if path])
    parent = copied
    for step in path[:-1]:
        parent = parent[step]
    kind = generator.randrange(3)
    if kind == 0:
        del parent[path[-1]]
    elif kind == 1 and isinstance(parent, dict):
        parent["zzz"] = 1
    else:
        parent[path[-1]] = copy.deepcopy(generator.choice(VALUES))
    return copied, path


def errors(kizuna, document, folder):
    path = os.path.join(folder, "document.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)
    done = subprocess.run([kizuna, "rules", "check", path, "--json"], capture_output=True, check=False)
    problems = json.loads(done.stdout)["problems"]
    return [problem for problem in problems if problem["severity"] == "error"]


def main():
    kizuna, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    schema = json.loads(subprocess.run([kizuna, "rules", "schema"], capture_output=True, check=True).stdout)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    documents = []
    for path in sys.argv[4:]:
        with open(path, encoding="utf-8") as file:
            documents.append((path, yaml.load(file, Loader)))
    failures = 0
    tally = {"taken by both": 0, "refused by both": 0, "refused by the loader alone": 0}
    generator = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        cases = [(document, path) for path, document in documents]
        for _ in range(count):
            path, document = generator.choice(documents)
            mutant, place = changed(document, generator)
            cases.append((mutant, f"{path} at {place}"))
        for document, name in cases:
            fits = validator.is_valid(document)
            found = errors(kizuna, document, folder)
            if not found and not fits:
                failures += 1
                print(f"only the loader takes {name}: {next(validator.iter_errors(document)).message[:200]}")
            elif found and fits:
                tally["refused by the loader alone"] += 1
                form = [problem for problem in found
                        if ".attrs" not in problem["path"] and any(word in problem["message"] for word in FORM)]
                if form:
                    failures += 1
                    print(f"only the schema takes {name}: {form[0]['path']}: {form[0]['message']}")
            else:
                tally["taken by both" if fits else "refused by both"] += 1
    print("schema of documents: " + ", ".join(f"{number} {name}" for name, number in tally.items()))
    if failures or len(documents) == 0:
        print(f"FAILED: {failures} documents on which schema and loader differ")
        sys.exit(1)


main()
