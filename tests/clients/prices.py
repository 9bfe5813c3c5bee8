"""Whether jsonschema takes every price from 0.01 to 100.00 where the description has one. Argument: the description."""

import json
import sys

from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    description = json.load(file)

for name in ("Price", "Amount", "Markup"):
    schema = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
    validator = Draft202012Validator(schema)
    refused = [cents / 100 for cents in range(1, 10_001) if not validator.is_valid(cents / 100)]
    assert not refused, f"{name}: {len(refused)} of 10000 are refused, among them {refused[:5]}"
    assert not validator.is_valid(-0.01) and not validator.is_valid("9.5"), name
