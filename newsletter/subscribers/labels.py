"""What topics, tags and attributes have in common: a key that stays, and a name that people read."""

import re
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.document.slug import ascii_slug
from newsletter.publications.models import Publication
from newsletter.subscribers import names
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic

Label = TypeVar("Label", bound=Topic | Tag | Attribute)

MOST_LABELS = 1_000  # of one kind in a publication
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def find_label(
    session: Session, kind: type[Label], publication: Publication, key: str, *, lock: bool = False
) -> Label:
    """The topic, tag or attribute called `key`; `Missing` when the publication has none."""
    query = select(kind).where(kind.publication_id == publication.id, kind.key == key)
    label = session.scalar(query.with_for_update() if lock else query)
    if label is None:
        word = kind.__tablename__
        raise Missing(f"unknown_{word}", f"{publication.name} has no {word} called “{key}”.")
    return label


def list_labels(session: Session, kind: type[Label], publication: Publication) -> list[Label]:
    """All of the publication, in the order of their creation."""
    query = select(kind).where(kind.publication_id == publication.id).order_by(kind.id)
    return list(session.scalars(query))


def add_label(session: Session, label: Label, publication: Publication, *, actor: str) -> Label:
    """Add a topic, tag or attribute, flushed; `Conflict` when its key is taken."""
    word = label.__tablename__
    label.publication_id = publication.id
    if len(list_labels(session, type(label), publication)) >= MOST_LABELS:
        raise Refused(f"many_{word}s", f"A publication has at most {MOST_LABELS:,} {word}s.")
    try:
        with session.begin_nested():
            session.add(label)
    except IntegrityError:
        sentence = f"{publication.name} has a {word} called “{label.key}” already."
        raise Conflict(f"{word}_exists", sentence, {"name": sentence}) from None
    record(session, f"{word}.created", label, actor)
    return label


def rename_label(session: Session, label: Label, name: str, *, actor: str) -> None:
    """Call it `name` from now on; its key, by which rules and files know it, stays."""
    column = "label" if isinstance(label, Attribute) else "name"
    new = checked_name(name)
    if getattr(label, column) != new:
        setattr(label, column, new)
        record(session, f"{label.__tablename__}.renamed", label, actor)


def remove_label(session: Session, label: Topic | Tag | Attribute, *, actor: str) -> None:
    """Remove it, and what is known by it of people; what else refers to it is for the caller to look at."""
    record(session, f"{label.__tablename__}.removed", label, actor)
    session.delete(label)
    session.flush()


def record(session: Session, action: str, label: Topic | Tag | Attribute, actor: str) -> None:
    """Note in the audit what was done to it."""
    audit.record(session, action, "publication", label.publication_id, actor=actor, key=label.key)


def checked_name(name: str) -> str:
    """`name` as it is kept; `Refused` when it is empty, too long or misleading."""
    kept = names.checked_name(name)
    if not kept:
        raise Refused("no_name", "Enter a name.", {"name": "Enter a name."})
    return kept


def key_of(name: str) -> str:
    """The key for something called `name`: “Middle East” is `middle-east`. `Refused` where none is left."""
    kept = name.strip()
    key = kept if _KEY.fullmatch(kept) else ascii_slug(kept, 63)
    if not _KEY.fullmatch(key):
        sentence = "Use a name with letters from a to z or digits, or give it a key of its own."
        raise Refused("bad_key", sentence, {"key": sentence})
    return key
