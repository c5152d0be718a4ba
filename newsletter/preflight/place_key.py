"""Names of findings that change when the text of their place does, so that an edit there voids a waiver."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from newsletter.document import Document, dumps
from newsletter.document.fields import Model
from newsletter.preflight.finding import Finding

_STEP = re.compile(r"\.?([a-z_]+)|\[(\d+)\]")
_ITEM = re.compile(r"sections\[(\d+)\](\.items\[\d+\])?")


def with_keys(document: Document, findings: Iterable[Finding]) -> Iterator[Finding]:
    """`findings`, each with its key.

    The place of a finding about an item is the whole item, wherever in its section it stands; about a field
    of a section or of the issue, that field; about nothing in particular, the whole document. Findings that
    are the same in every respect are counted.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        named = [finding.rule, finding.kind or finding.message, *_place(document, finding.path)]
        digest = hashlib.sha256(json.dumps(named).encode()).hexdigest()[:40]
        seen[digest] += 1
        yield replace(finding, key=f"{digest}-{seen[digest]}")


def _place(document: Document, path: str) -> tuple[str, str, str]:
    """The id of the section, the field, and the text of the place."""
    if path in {"", "sections"}:
        return "", path, dumps(document)
    found = _ITEM.match(path)
    if found is None:
        return "", path, _text(_value(document, path))
    section, rest = document.sections[int(found[1])], path[found.end() :]
    whole = found[0] if found[2] or not rest else path
    return section.id, f"{'item' if found[2] else ''}{rest}", _text(_value(document, whole))


def _value(document: Document, path: str) -> object:
    """What stands at `path`; None where there is nothing."""
    value: object = document
    for name, index in _STEP.findall(path):
        if index:
            value = value[int(index)] if isinstance(value, tuple) else None
        else:
            value = getattr(value, name, None)
    return value


def _text(value: object) -> str:
    return value.model_dump_json() if isinstance(value, Model) else str(value)
