"""The counts of a mailing by outcome and reason, changed in the transaction that changes the deliveries."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.mailings.models import MailingCount, Outcome

Key = tuple[Outcome, str]  # outcome and reason


def change(session: Session, mailing_id: int, delta: Mapping[Key, int]) -> None:
    """Add `delta` to the counts. The caller holds the mailing's lock."""
    rows = [
        {"mailing_id": mailing_id, "outcome": outcome, "reason": reason, "n": n}
        for (outcome, reason), n in sorted(delta.items())
        if n
    ]
    if not rows:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(MailingCount).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["mailing_id", "outcome", "reason"],
            set_={"n": MailingCount.n + statement.excluded.n},
        )
    )


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
