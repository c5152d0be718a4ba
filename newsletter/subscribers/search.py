"""Find people by the beginning of their address, by one that they had before, or by a part of their name.

A prefix of an address is a range of its index; names are scanned in the same index. When few people match,
they are looked up by id. When many do, the list soon meets them on its way from the newest.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import address_key
from newsletter.subscribers.former_addresses import had_address
from newsletter.subscribers.models import Subscriber, Subscription

MOST_FOUND = 50
FEW = 2000  # people that are looked up one by one
AFTER_ALL = "\U0010ffff"  # sorts behind every other character


class Search(NamedTuple):
    """A condition on `Subscription` (joined with `Subscriber`), and whether few people meet it."""

    condition: ColumnElement[bool]
    few: bool


def search(session: Session, words: str) -> Search:
    """The condition that the person matches `words` (not empty)."""
    conditions = _conditions(session, words)
    ids: set[int] = set()
    for condition in conditions:
        ids |= set(session.scalars(select(Subscriber.id).where(condition).limit(FEW + 1)))
        if len(ids) > FEW:
            return Search(or_(*conditions), few=False)
    # `false()` for nobody: databases scan all rows for members of an empty list.
    return Search(Subscription.subscriber_id.in_(sorted(ids)) if ids else false(), few=True)


def find_people(session: Session, words: str, most: int = MOST_FOUND) -> tuple[list[Subscriber], bool]:
    """The people whom `words` find in any publication, newest first; and whether there are more."""
    query = (
        select(Subscriber)
        .where(or_(*_conditions(session, words)))
        .order_by(Subscriber.id.desc())
        .limit(most + 1)
    )
    found = list(session.scalars(query))
    return found[:most], len(found) > most


def _conditions(session: Session, words: str) -> list[ColumnElement[bool]]:
    postgres = session.get_bind().dialect.name == "postgresql"
    # No name has an @, for all that matters here; and of an address that was given up only the hash is looked
    # for.
    further = had_address(address_key(words)) if "@" in words else _name_contains(words, postgres)
    return [_address_begins(address_key(words), postgres), further]


def _address_begins(prefix: str, postgres: bool) -> ColumnElement[bool]:
    column = Subscriber.email_key
    if postgres:  # its collation may be that of a language, in which a prefix is no range
        return column.bool_op("~>=~")(prefix) & column.bool_op("~<~")(prefix + AFTER_ALL)
    return (column >= prefix) & (column < prefix + AFTER_ALL)


def _name_contains(words: str, postgres: bool) -> ColumnElement[bool]:
    if postgres:
        return Subscriber.name.icontains(words, autoescape=True)
    # SQLite compares without regard to case in ASCII only: other letters are looked for in each case, among
    # the names that have any letters in their places.
    spellings = {words} if words.isascii() else {words, words.lower(), words.upper(), words.title()}
    found = or_(*(Subscriber.name.contains(spelling, autoescape=True) for spelling in sorted(spellings)))
    shapes = {_shape(spelling) for spelling in spellings}
    one = len(spellings) > 1 and len(shapes) == 1  # ß in capitals is longer
    return Subscriber.name.like(f"%{shapes.pop()}%", escape="/") & found if one else found


def _shape(words: str) -> str:
    """A pattern of LIKE for `words` with anything in place of letters beyond ASCII."""
    escaped = words.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return "".join(letter.lower() if letter.isascii() else "_" for letter in escaped)
