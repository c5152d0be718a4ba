"""The stable text form of a document, made to live in git.

JSON in UTF-8, two spaces of indent, fields in the order of the format, a newline at the end. Fields that have
their default value are left out, `version` never is; so defaults never change within a version.
"""

import json

from newsletter.document.document import Document
from newsletter.document.reading import read_json


def dumps(document: Document) -> str:
    """The text of `document`; the same document always gives the same text, and `loads` gives it back."""
    data = {"version": document.version, **document.model_dump(mode="json", exclude_defaults=True)}
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def loads(text: str, *, stored: bool = False) -> Document:
    """The document in `text`; raises DocumentInvalid with every problem and its place.

    `stored` is for what was accepted before: it is not judged by rules that came later.
    """
    return read_json(text, stored=stored)
