"""What a request to save a change says: operations, and the entries of the inbox that come with them."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from newsletter.core.errors import Refused
from newsletter.issues.patch import check_patch, parse_json

PATCH_TYPE = "application/json-patch+json"
WITH_ENTRIES_TYPE = "application/vnd.newsletter.change+json"
MOST_ENTRIES = 500
LONGEST_SECTION = 40


@dataclass(frozen=True)
class Change:
    """A change to the document, and what becomes of entries with it."""

    operations: list[dict[str, Any]]  # a JSON Patch
    use: dict[int, str] = field(default_factory=dict)  # entries that became items, with the section of each
    give_back: list[int] = field(default_factory=list)  # entries that are items no more


def read_change(mimetype: str, octets: bytes) -> Change:
    """The change in a body of that type; `Refused` for one that cannot be understood."""
    value = parse_json(octets)
    if mimetype == PATCH_TYPE:
        return Change(check_patch(value))
    if not isinstance(value, dict):
        raise _refused()
    use, give_back = value.get("use", {}), value.get("give_back", [])
    if not isinstance(use, dict) or not isinstance(give_back, list) or len(use) > MOST_ENTRIES:
        raise _refused()
    sections = {_id(key): _section(section) for key, section in use.items()}
    return Change(check_patch(value.get("patch")), sections, [_id(one) for one in give_back[:MOST_ENTRIES]])


def _id(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise _refused()
    return int(text)


def _section(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_SECTION:
        raise _refused()
    return value


def _refused() -> Refused:
    return Refused("bad_change", _("The list of entries in this change cannot be read."))
