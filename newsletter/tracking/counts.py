"""The counts of events by mailing, link, label and hour, changed in one transaction with the events."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.core.db import table_of
from newsletter.tracking.models import EventKind, Label, TrackingCount

ANY_LINK = 0  # the mailing as a whole
KEY = ("mailing_id", "kind", "link_id", "hour", "label")

Key = tuple[int, EventKind, int, datetime, Label]


@dataclass(frozen=True, slots=True)
class Labelled:
    """What of an event is counted."""

    mailing_id: int
    kind: EventKind
    link_id: int
    at: datetime
    label: Label


class Delta:
    """How counts change. `events` and `people` by key; a link's and the mailing's as a whole."""

    def __init__(self) -> None:
        self.events: Counter[Key] = Counter()
        self.people: Counter[Key] = Counter()

    def add(self, events: Iterable[Labelled], *, of_one_person: bool, sign: int = 1) -> None:
        """Count `events`, or no longer (`sign` -1): of one person, or of people who are not told apart."""
        met: set[tuple[EventKind, int, Label]] = set()
        for event in sorted(events, key=lambda event: event.at) if of_one_person else events:
            hour = event.at.replace(minute=0, second=0, microsecond=0)
            for link_id in {event.link_id, ANY_LINK}:
                key = (event.mailing_id, event.kind, link_id, hour, event.label)
                self.events[key] += sign
                if of_one_person and (event.kind, link_id, event.label) not in met:
                    met.add((event.kind, link_id, event.label))
                    self.people[key] += sign

    def apply(self, session: Session) -> None:
        """Change the rows. Whoever changes counts has locked them (`fold.lock_counts`)."""
        rows = [
            dict(zip(KEY, key, strict=True)) | {"events": self.events[key], "people": self.people[key]}
            for key in sorted(self.events.keys() | self.people.keys())
            if self.events[key] or self.people[key]
        ]
        if rows:
            connection = session.connection()
            connection.execute(_ADD[connection.dialect.name], rows)


def _adding(insert: postgresql.Insert | sqlite.Insert) -> Executable:
    counts = table_of(TrackingCount).c
    added = {name: counts[name] + insert.excluded[name] for name in ("events", "people")}
    return insert.on_conflict_do_update(index_elements=KEY, set_=added)


_ADD = {
    "postgresql": _adding(postgresql.insert(table_of(TrackingCount))),
    "sqlite": _adding(sqlite.insert(table_of(TrackingCount))),
}
