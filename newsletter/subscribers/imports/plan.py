"""How a file is to be read: its format, what its columns are said to be, and what the publication keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.imports.formats import AUTO, FORMATS
from newsletter.subscribers.imports.titles import ATTRIBUTE, Field
from newsletter.subscribers.imports.words import compact


class DataRule(StrEnum):
    """What becomes of names, languages and attributes that somebody has already."""

    FILL = "fill"  # they stay; only what is empty is filled
    OVERWRITE = "overwrite"  # what the file says replaces them


class Kind(StrEnum):
    """What a file is for."""

    SUBSCRIBE = "subscribe"
    SUPPRESS = "suppress"  # its addresses are never written to again


@dataclass(frozen=True)
class Plan:
    """`mapping` is by the compact title of a column; `attributes` by key. Both may be empty."""

    format: str = AUTO
    mapping: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    data: DataRule = DataRule.FILL
    kind: Kind = Kind.SUBSCRIBE

    def options(self) -> dict[str, object]:
        """What is kept of it with an import."""
        return {
            "format": self.format,
            "mapping": dict(self.mapping),
            "data": self.data.value,
            "kind": self.kind.value,
        }


def make_plan(
    session: Session,
    publication_id: int,
    *,
    format_: str = AUTO,
    pairs: Sequence[str] = (),
    data: DataRule = DataRule.FILL,
    kind: Kind = Kind.SUBSCRIBE,
) -> Plan:
    """The plan for a file of this publication; `pairs` are `COLUMN=FIELD`. Raises `Refused`."""
    if format_ not in FORMATS and format_ != AUTO:
        raise Refused("unknown_format", f"“{format_}” is not a format: choose {', '.join([AUTO, *FORMATS])}.")
    attributes = attributes_of(session, publication_id)
    mapping = dict(_pair(pair, attributes) for pair in pairs)
    return Plan(format_, mapping, attributes, data, kind)


def plan_of(session: Session, publication_id: int, options: Mapping[str, object]) -> Plan:
    """The plan that was kept with an import."""
    mapping = options.get("mapping")
    return Plan(
        str(options.get("format") or AUTO),
        {str(title): str(to) for title, to in mapping.items()} if isinstance(mapping, Mapping) else {},
        attributes_of(session, publication_id),
        DataRule(str(options.get("data") or DataRule.FILL)),
        Kind(str(options.get("kind") or Kind.SUBSCRIBE)),
    )


def attributes_of(session: Session, publication_id: int) -> dict[str, Attribute]:
    """The attributes of a publication by key, in the order of their creation."""
    query = select(Attribute).where(Attribute.publication_id == publication_id).order_by(Attribute.id)
    return {attribute.key: attribute for attribute in session.scalars(query)}


def checked_field(text: str, attributes: Mapping[str, Attribute]) -> str:
    """The field called `text`; the key of an attribute will do. Raises `Refused` naming those there are."""
    wanted = text.strip()
    if wanted in set(Field):
        return wanted
    key = wanted.removeprefix(ATTRIBUTE)
    if key in attributes:
        return ATTRIBUTE + key
    known = ", ".join([*(field.value for field in Field), *attributes])
    raise Refused("unknown_field", f"“{wanted}” is not a field: choose {known}.", {"map": wanted})


def _pair(pair: str, attributes: Mapping[str, Attribute]) -> tuple[str, str]:
    title, equals, wanted = pair.rpartition("=")
    if not equals or not title.strip():
        raise Refused("bad_map", f"“{pair}” does not say COLUMN=FIELD.", {"map": pair})
    return compact(title), checked_field(wanted, attributes)
