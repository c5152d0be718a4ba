"""Find people by the beginning of their address or a part of their name, among as many as there are.

What begins an address is a range of its index. Names are looked through, out of the same index. Who matches
is then either few, and looked up, or many, and met soon on the way through the list, newest first.
"""

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from newsletter.subscribers.models import Subscriber, Subscription

FEW = 2000  # people that are looked up one by one
AFTER_ALL = "\U0010ffff"  # sorts behind every other character


def matching(session: Session, words: str) -> ColumnElement[bool]:
    """A condition on `Subscription` (joined with `Subscriber`): the person matches `words` (not empty)."""
    postgres = session.get_bind().dialect.name == "postgresql"
    ways = [_begins(words.casefold(), postgres)]
    if "@" not in words:  # no name has one, for all that matters here
        ways.append(_named(words, postgres))
    ids: set[int] = set()
    for way in ways:
        ids |= set(session.scalars(select(Subscriber.id).where(way).limit(FEW + 1)))
        if len(ids) > FEW:
            return or_(*ways)
    # Nobody is said outright: a database would look for the members of an empty list among everybody.
    return Subscription.subscriber_id.in_(sorted(ids)) if ids else false()


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
