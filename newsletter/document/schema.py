"""The published description of the format: JSON Schema, draft 2020-12."""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from newsletter.document.document import VERSION, Document

DIALECT = GenerateJsonSchema.schema_dialect


def json_schema() -> dict[str, Any]:
    """The schema of a document as plain values, always in the same order."""
    schema = Document.model_json_schema(mode="validation")
    head = {"$schema": DIALECT, "$id": f"urn:newsletter:document:{VERSION}"}
    return head | schema


def editor_schema() -> dict[str, Any]:
    """The same for the issue editor, which shows one language: editions have a page of their own."""
    schema = json_schema()
    del schema["properties"]["editions"]
    return schema


def dumps() -> str:
    """The schema as text, indented, with a newline at the end."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
