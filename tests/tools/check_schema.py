#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check_schema.py SCHEMA FILE: every line of FILE is a JSON value that SCHEMA describes.

Knows the part of JSON Schema that docs/trace.schema.json uses."""
import json
import re
import sys

TYPES = {"null": type(None), "integer": int, "string": str, "array": list, "object": dict,
         "boolean": bool, "number": (int, float)}


def is_type(value, name):
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def check(schema, value, root, path="$"):
    """Returns what is wrong, or None."""
    for key in schema:
        if key not in KNOWN:
            sys.exit(f"schema: {key} is not supported")
    if "$ref" in schema:
        target = root
        for part in schema["$ref"][2:].split("/"):
            target = target[part]
        return check(target, value, root, path)
    if "oneOf" in schema:
        wrong = [check(s, value, root, path) for s in schema["oneOf"]]
        if wrong.count(None) == 1:
            return None
        return f"{path}: matches {wrong.count(None)} of the alternatives: {wrong}"
    if "const" in schema and value != schema["const"]:
        return f"{path}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{path}: {value!r} is none of {schema['enum']}"
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_type(value, n) for n in names):
            return f"{path}: {value!r} is not of type {names}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return f"{path}: {value!r} does not match {schema['pattern']}"
    if isinstance(value, dict) and "properties" in schema:
        for name in schema.get("required", []):
            if name not in value:
                return f"{path}: {name} is missing"
        for name, inner in value.items():
            if name in schema["properties"]:
                wrong = check(schema["properties"][name], inner, root, f"{path}.{name}")
                if wrong:
                    return wrong
            elif schema.get("additionalProperties") is False:
                return f"{path}: {name} is not described"
    if isinstance(value, list) and "items" in schema:
        for i, inner in enumerate(value):
            wrong = check(schema["items"], inner, root, f"{path}[{i}]")
            if wrong:
                return wrong
    return None


KNOWN = {"$schema", "$defs", "$ref", "title", "oneOf", "const", "enum", "type", "pattern",
         "properties", "required", "additionalProperties", "items"}

schema = json.load(open(sys.argv[1], encoding="utf-8"))
lines = open(sys.argv[2], encoding="utf-8").read().splitlines()
if not lines:
    sys.exit("no lines")
for number, line in enumerate(lines, 1):
    problem = check(schema, json.loads(line), schema)
    if problem:
        sys.exit(f"line {number}: {problem}\n{line}")
