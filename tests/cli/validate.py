#!/usr/bin/python3
"""validate.py SCHEMA: every JSON document on stdin must keep to the schema."""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)

text = sys.stdin.read().strip()
documents = []
while text:
    document, end = json.JSONDecoder().raw_decode(text)
    documents.append(document)
    text = text[end:].strip()
if not documents:
    sys.exit("no JSON document")
for document in documents:
    for error in validator.iter_errors(document):
        sys.exit(f"{error.json_path}: {error.message}\nin {json.dumps(document)}")
