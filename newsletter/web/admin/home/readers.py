"""How many subscribe to a publication, and what the last week brought.

A million subscriptions take half a second to count. What took long is not counted again for a while, so that
a page that is opened often stays quick; small publications are counted each time.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.subscribers.models import EndReason, State, Subscription

WEEK = timedelta(days=7)
SLOW_SECONDS = 0.1
KEPT = 60


@dataclass(frozen=True)
class Readers:
    """Subscriptions by state; `joined` became active and `left` ended within the last seven days."""

    active: int
    pending: int
    paused: int
    ended: int
    joined: int
    left: int

    @property
    def total(self) -> int:
        return self.active + self.pending + self.paused + self.ended


class Counts:
    """The counts of one application, each kept for `KEPT` times as long as it took."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[float, Readers]] = {}

    def of(self, session: Session, publication: Publication) -> Readers:
        """The readers of `publication`, now or a short while ago."""
        begun = clock.monotonic()
        until, readers = self._kept.get(publication.id, (0.0, None))
        if readers is not None and begun < until:
            return readers
        readers = count_readers(session, publication)
        done = clock.monotonic()
        if done - begun >= SLOW_SECONDS:
            self._kept[publication.id] = (done + KEPT * (done - begun), readers)
        return readers


def count_readers(session: Session, publication: Publication) -> Readers:
    """All of it in one pass over the publication's subscriptions."""
    since = clock.now() - WEEK
    left = (Subscription.ended_at >= since) & (Subscription.ended_reason != EndReason.EXPIRED)
    rows = session.execute(
        select(
            Subscription.state,
            func.count(),
            func.sum(case((Subscription.confirmed_at >= since, 1), else_=0)),
            func.sum(case((left, 1), else_=0)),
        )
        .where(Subscription.publication_id == publication.id)
        .group_by(Subscription.state)
    )
    by_state = {state: (count, joined, left) for state, count, joined, left in rows}
    nobody = (0, 0, 0)
    return Readers(
        active=by_state.get(State.ACTIVE, nobody)[0],
        pending=by_state.get(State.PENDING, nobody)[0],
        paused=by_state.get(State.PAUSED, nobody)[0],
        ended=by_state.get(State.ENDED, nobody)[0],
        joined=by_state.get(State.ACTIVE, nobody)[1] + by_state.get(State.PAUSED, nobody)[1],
        left=by_state.get(State.ENDED, nobody)[2],
    )
