"""Find people by the beginning of their address or a part of their name, among as many as there are.

A prefix of an address is a range of its index; names are scanned in the same index. When few people match,
they are looked up by id. When many do, the list soon meets them on its way from the newest.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import address_key
from newsletter.subscribers.models import Subscriber, Subscription

FEW = 2000  # people that are looked up one by one
AFTER_ALL = "\U0010ffff"  # sorts behind every other character


class Search(NamedTuple):
    """A condition on `Subscription` (joined with `Subscriber`), and whether few people meet it."""

    condition: ColumnElement[bool]
    few: bool


def search(session: Session, words: str) -> Search:
    """The condition that the person matches `words` (not empty)."""
    postgres = session.get_bind().dialect.name == "postgresql"
    conditions = [_address_begins(address_key(words), postgres)]
    if "@" not in words:  # no name has one, for all that matters here
        conditions.append(_name_contains(words, postgres))
    ids: set[int] = set()
    for condition in conditions:
        ids |= set(session.scalars(select(Subscriber.id).where(condition).limit(FEW + 1)))
        if len(ids) > FEW:
            return Search(or_(*conditions), few=False)
    # `false()` for nobody: databases scan all rows for members of an empty list.
    return Search(Subscription.subscriber_id.in_(sorted(ids)) if ids else false(), few=True)


def _address_begins(prefix: str, postgres: bool) -> ColumnElement[bool]:
    column = Subscriber.email_key
    if postgres:  # its collation may be that of a language, in which a prefix is no range
        return column.bool_op("~>=~")(prefix) & column.bool_op("~<~")(prefix + AFTER_ALL)
    return (column >= prefix) & (column < prefix + AFTER_ALL)


def _name_contains(words: str, postgres: bool) -> ColumnElement[bool]:
    if postgres:
        return Subscriber.name.icontains(words, autoescape=True)
    # SQLite compares without regard to case in ASCII only: other letters are looked for in each case.
    spellings = {words} if words.isascii() else {words, words.lower(), words.upper(), words.title()}
    return or_(*(Subscriber.name.contains(spelling, autoescape=True) for spelling in sorted(spellings)))
