"""Find people by the beginning of their address or a part of their name, among as many as there are.

What begins an address is a range of its index. Names are looked through, out of the same index. Who matches
is then either few, and looked up, or many, and met soon on the way through the list, newest first.
"""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from newsletter.subscribers.models import Subscriber, Subscription

FEW = 2000  # people that are looked up one by one
AFTER_ALL = "\U0010ffff"  # sorts behind every other character


def matching(session: Session, words: str) -> ColumnElement[bool]:
    """A condition on `Subscription` (joined with `Subscriber`): the person matches `words` (not empty)."""
    postgres = session.get_bind().dialect.name == "postgresql"
    address = _begins(words.casefold(), postgres)
    if "@" in words:  # no name has one, for all that matters here
        return address
    named = _named(words, postgres)
    by_address = select(Subscriber.id).where(address).limit(FEW + 1)
    ids = set(session.scalars(by_address))
    if len(ids) <= FEW:
        ids |= set(session.scalars(select(Subscriber.id).where(named).limit(FEW + 1)))
    if len(ids) <= FEW:
        return Subscription.subscriber_id.in_(sorted(ids))
    return or_(address, named)


def _begins(prefix: str, postgres: bool) -> ColumnElement[bool]:
    column = Subscriber.email_key
    if postgres:  # its own order of text may be that of a language, in which a prefix is no range
        return column.bool_op("~>=~")(prefix) & column.bool_op("~<~")(prefix + AFTER_ALL)
    return (column >= prefix) & (column < prefix + AFTER_ALL)


def _named(words: str, postgres: bool) -> ColumnElement[bool]:
    if postgres:
        return Subscriber.name.icontains(words, autoescape=True)
    # SQLite compares without regard to case in ASCII only: other letters are looked for in each case.
    spellings = {words} if words.isascii() else {words, words.lower(), words.upper(), words.title()}
    return or_(*(Subscriber.name.contains(spelling, autoescape=True) for spelling in sorted(spellings)))
