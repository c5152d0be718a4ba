"""Change a document by JSON Patch (RFC 6902), as the editor's page sends what was typed."""

import json
from typing import Any

from jsonpatch import JsonPatch, JsonPatchException
from jsonpointer import JsonPointerException

from newsletter.core.errors import Refused
from newsletter.document.reading import LARGEST

MOST_OPERATIONS = 500
# A copy of a copy of a copy doubles a document each time: few, and each is measured.
MOST_COPIES = 50
LONGEST_POINTER = 300

# What the library raises for operations that make no sense, beside its own errors.
_NONSENSE = (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError)


def parse_json(octets: bytes) -> Any:
    """The value in a request's body; `Refused` for what is not valid JSON."""
    try:
        return json.loads(octets, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _refused("The change is not valid JSON.") from None


def check_patch(operations: Any) -> list[dict[str, Any]]:
    """`operations`, if they are a JSON Patch of a bearable size; else `Refused`."""
    if not isinstance(operations, list) or not all(isinstance(entry, dict) for entry in operations):
        raise _refused("The change is not a JSON Patch: write a list of operations (RFC 6902).")
    if len(operations) > MOST_OPERATIONS:
        raise _refused(f"The change has more than {MOST_OPERATIONS} operations. Save in smaller steps.")
    if sum(entry.get("op") == "copy" for entry in operations) > MOST_COPIES:
        raise _refused(f"The change copies more than {MOST_COPIES} times. Save in smaller steps.")
    for entry in operations:
        if any(len(str(entry.get(name, ""))) > LONGEST_POINTER for name in ("path", "from")):
            raise _refused("The change names a place with a path that is too long.")
    return operations


def apply_patch(document: dict[str, Any], operations: list[dict[str, Any]]) -> Any:
    """`document` after `operations`, which change it in place; all of them apply or `Refused` is raised."""
    changed: Any = document
    for entry in operations:
        try:
            changed = JsonPatch([entry]).apply(changed, in_place=True)
        except (JsonPatchException, JsonPointerException, *_NONSENSE) as error:
            # The library's own words quote the whole document.
            place = str(entry.get("path", ""))
            sentence = f"The change to “{place[:60]}” does not fit the current issue."
            raise Refused("bad_patch", sentence, {place: sentence}) from error
        if entry.get("op") == "copy" and len(json.dumps(changed)) > LARGEST:
            raise _refused("The change makes the issue too large.")
    return changed


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _refused(sentence: str) -> Refused:
    return Refused("bad_patch", sentence)
