"""The counts of a mailing by outcome and reason, changed in the transaction that changes the deliveries."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Executable, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.core.db import table_of
from newsletter.mailings.models import MailingCount, Outcome

Key = tuple[Outcome, str]  # outcome and reason


def _adding(insert: postgresql.Insert | sqlite.Insert) -> Executable:
    return insert.on_conflict_do_update(
        index_elements=["mailing_id", "outcome", "reason"],
        set_={"n": table_of(MailingCount).c.n + insert.excluded.n},
    )


# Made once: every window adds to the counts.
_ADD = {
    "postgresql": _adding(postgresql.insert(table_of(MailingCount))),
    "sqlite": _adding(sqlite.insert(table_of(MailingCount))),
}


def change(session: Session, mailing_id: int, delta: Mapping[Key, int]) -> None:
    """Add `delta` to the counts. The caller holds the mailing's lock."""
    rows = [
        {"mailing_id": mailing_id, "outcome": outcome, "reason": reason, "n": n}
        for (outcome, reason), n in sorted(delta.items())
        if n
    ]
    if rows:
        connection = session.connection()
        connection.execute(_ADD[connection.dialect.name], rows)


def clear(session: Session, mailing_id: int, outcomes: list[Outcome]) -> None:
    """Forget the counts of `outcomes`: no delivery has them any more. The caller holds the lock."""
    session.execute(
        delete(MailingCount).where(MailingCount.mailing_id == mailing_id, MailingCount.outcome.in_(outcomes))
    )


def moved(pairs: list[tuple[Key | None, Key | None]]) -> Counter[Key]:
    """The delta of deliveries that went from one key to another; None stands for in flight."""
    delta: Counter[Key] = Counter()
    for before, after in pairs:
        if before is not None:
            delta[before] -= 1
        if after is not None:
            delta[after] += 1
    return delta
