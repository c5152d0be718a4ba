"""Create an attribute of a publication, and remove one with all that was kept in it."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, func, literal, select, update
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Refused
from newsletter.document.slug import ascii_slug
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.models import Attribute, AttributeType
from newsletter.subscribers.labels import add_label, checked_name, remove_label
from newsletter.subscribers.models import Subscriber

MOST_CHOICES = 200
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")  # what a merge field can name, see `document.merge`


def create_attribute(
    session: Session,
    publication: Publication,
    name: str,
    *,
    type_: AttributeType = AttributeType.TEXT,
    label: str = "",
    choices: Sequence[str] = (),
    by_readers: bool = False,
    actor: str,
) -> Attribute:
    """Add an attribute, flushed. Its key is made of `name`; `label`, else the name, is what people read.

    A person has one value for a key, whichever publication asks: two publications may share an attribute, but
    not with different types. Raises `Refused` for words that cannot stand, `Conflict` when the key is taken.
    """
    attribute = Attribute(
        key=key_of(name),
        label=checked_name(label or name),
        type=type_,
        choices=_checked_choices(type_, choices),
        by_readers=by_readers,
    )
    _refuse_other_type(session, attribute)
    return add_label(session, attribute, publication, actor=actor)


def remove_attribute(session: Session, attribute: Attribute, *, actor: str) -> None:
    """Remove it, and its values too unless another publication has the same attribute."""
    remove_label(session, attribute, actor=actor)
    if session.scalar(select(Attribute.id).where(Attribute.key == attribute.key).limit(1)):
        return
    held, without = _held_and_without(session, attribute.key)
    session.execute(
        update(Subscriber).where(held).values(attributes=without).execution_options(synchronize_session=False)
    )


def _held_and_without(session: Session, key: str) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    """Whether somebody has a value for `key`, and their values without it."""
    values = Subscriber.attributes
    if session.get_bind().dialect.name == "postgresql":
        return values.bool_op("?")(key), values.op("-", return_type=values.type)(literal(key, String()))
    path = f"$.{key}"
    return func.json_type(values, path).is_not(None), func.json_remove(values, path)


def key_of(name: str) -> str:
    """The key for an attribute called `name`: “Home city” is `home_city`."""
    kept = name.strip()
    key = kept if _KEY.fullmatch(kept) else ascii_slug(kept, 40).replace("-", "_")
    if not _KEY.fullmatch(key):
        sentence = "Use a name that begins with a letter from a to z, such as “city”."
        raise Refused("bad_key", sentence, {"name": sentence})
    return key


def _checked_choices(type_: AttributeType, choices: Iterable[str]) -> list[str]:
    kept = list(dict.fromkeys(checked_name(choice) for choice in choices))
    if (type_ is AttributeType.CHOICE) != bool(kept):
        sentence = "Enter the choices." if not kept else "Only the type “choice” has choices."
        raise Refused("bad_choices", sentence, {"choices": sentence})
    if len(kept) > MOST_CHOICES:
        sentence = f"Use at most {MOST_CHOICES} choices."
        raise Refused("bad_choices", sentence, {"choices": sentence})
    return kept


def _refuse_other_type(session: Session, attribute: Attribute) -> None:
    shared = select(Publication.name, Attribute.type).join(Publication).where(Attribute.key == attribute.key)
    for publication_name, type_ in session.execute(shared):
        if type_ is not attribute.type:
            sentence = (
                f"“{attribute.key}” is a {type_} in {publication_name}, and a person has one value for it."
            )
            raise Conflict("other_type", sentence, {"type": sentence})
