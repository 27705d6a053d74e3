"""Judges the description of the methods with a validator that others wrote: openrpc.py KIZUNA SUITES.

The document against OpenRPC's own schema; then every schema in it; then every example against the schemas of its
method, shared ones included.
"""

import json
import pathlib
import subprocess
import sys

import jsonschema

kizuna, suites = sys.argv[1:3]
document = json.loads(subprocess.run([kizuna, "methods", "--openrpc"], check=True, capture_output=True).stdout)
schema_file = pathlib.Path(suites) / "openrpc" / "openrpc-1.3.bundled.schema.json"
if schema_file.exists():
    schema = json.loads(schema_file.read_text())
    jsonschema.validators.validator_for(schema)(schema).validate(document)
    print(f"OpenRPC {document['openrpc']}: the description is valid")
else:
    print(f"SKIPPED: OpenRPC's schema is not at {schema_file}")

components = document["components"]
examples = 0
for method in document["methods"]:
    params = {param["name"]: param for param in method["params"]}
    whole = {
        "type": "object",
        "properties": {name: param["schema"] for name, param in params.items()},
        "required": [name for name, param in params.items() if param.get("required")],
        "additionalProperties": False,
        "components": components,
    }
    result = {**method["result"]["schema"], "components": components}
    for schema in (whole, result):
        jsonschema.Draft202012Validator.check_schema(schema)
    assert method.get("examples"), f"{method['name']} has no example"
    for example in method["examples"]:
        given = {param["name"]: param["value"] for param in example["params"]}
        jsonschema.Draft202012Validator(whole).validate(given)
        jsonschema.Draft202012Validator(result).validate(example["result"]["value"])
        for group in method.get("x-exactly-one-of", []):
            assert sum(name in given for name in group) == 1, f"{method['name']}: {group}"
        examples += 1
print(f"{len(document['methods'])} methods, {examples} examples: all fit their schemas")
