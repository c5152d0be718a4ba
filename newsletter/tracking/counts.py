"""The counts of events by mailing, link, label and hour, changed in one transaction with the events."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.core.db import table_of
from newsletter.tracking.models import TrackingCount

ANY_LINK = 0  # the mailing as a whole
KEY = ("mailing_id", "kind", "link_id", "hour", "label")

Key = tuple[int, str, int, datetime, str]  # kind and label are words: enumerations hash slowly
Row = Mapping[str, Any]  # the columns of an event


class Delta:
    """How counts change. `events` and `people` by key; a link's and the mailing's as a whole."""

    def __init__(self) -> None:
        self.events: Counter[Key] = Counter()
        self.people: Counter[Key] = Counter()

    def add(self, rows: Iterable[Row], *, of_one_person: bool, sign: int = 1) -> None:
        """Count events, or no longer (`sign` -1): of one person, or of people who are not told apart."""
        events, people = self.events, self.people
        met: set[tuple[str, int, str]] = set()
        for row in sorted(rows, key=_moment) if of_one_person else rows:
            at, kind, label = row["at"], row["kind"].value, row["label"].value
            hour = datetime(at.year, at.month, at.day, at.hour, tzinfo=UTC)
            for link_id in {row["link_id"], ANY_LINK}:
                key = (row["mailing_id"], kind, link_id, hour, label)
                events[key] += sign
                if of_one_person and (kind, link_id, label) not in met:
                    met.add((kind, link_id, label))
                    people[key] += sign

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


def _moment(row: Row) -> datetime:
    at: datetime = row["at"]
    return at


def _adding(insert: postgresql.Insert | sqlite.Insert) -> Executable:
    counts = table_of(TrackingCount).c
    added = {name: counts[name] + insert.excluded[name] for name in ("events", "people")}
    return insert.on_conflict_do_update(index_elements=KEY, set_=added)


_ADD = {
    "postgresql": _adding(postgresql.insert(table_of(TrackingCount))),
    "sqlite": _adding(sqlite.insert(table_of(TrackingCount))),
}
