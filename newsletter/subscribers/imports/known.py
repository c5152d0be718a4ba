"""People of a batch who were there before: what the file changes of them, and what it was before that."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from newsletter.core.db import table_of
from newsletter.subscribers.imports.models import ImportChange
from newsletter.subscribers.imports.plan import DataRule
from newsletter.subscribers.imports.row import Row
from newsletter.subscribers.imports.staging import Staging
from newsletter.subscribers.imports.titles import ATTRIBUTE
from newsletter.subscribers.models import EndReason, State, Subscriber, Subscription

MOST_IDS = 1000  # in one query
OF_SUBSCRIPTIONS = {"state", "confirmed_at", "monthly", "paused_until"}


@dataclass
class Known:
    """A subscriber who exists already, and what a row of the file changes of them."""

    id: int
    line: int
    welcome: bool
    name: str
    language: str
    attributes: dict[str, Any]
    subscription_id: int | None = None
    state: State | None = None  # before the import; None: no subscription
    ended_reason: EndReason | None = None
    monthly: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    labelled: bool = False  # a tag was put on them, or a topic muted

    @classmethod
    def of(cls, row: Any) -> "Known":
        id_, line, welcome, name, language, attributes = row
        # What is not selected by its column comes as SQLite keeps it.
        values = json.loads(attributes) if isinstance(attributes, str) else attributes
        return cls(id_, line, bool(welcome), name, language, dict(values or {}))

    @property
    def is_new(self) -> bool:
        """Whether they get the publication because of the import."""
        return self.state in {None, State.PENDING}

    @property
    def changed(self) -> bool:
        return bool(self.before) or self.labelled

    def would_change(self, row: Row, rule: DataRule) -> bool:
        """Whether the row says something about them that is not known, or is replaced."""
        _compare(self, row, rule)
        return self.changed


def look_at_subscriptions(
    session: Session, staging: Staging, known: Sequence[Known], publication_id: int
) -> None:
    """Find the subscriptions that there are, locked, and mark them in the table of the batch."""
    by_id = {one.id: one for one in known}
    columns = (
        *(Subscription.id, Subscription.subscriber_id, Subscription.state, Subscription.ended_reason),
        *(Subscription.confirmed_at, Subscription.monthly),
    )
    for ids in _slices(sorted(by_id)):
        query = (
            select(*columns)
            .where(Subscription.publication_id == publication_id, Subscription.subscriber_id.in_(ids))
            .order_by(Subscription.id)
            .with_for_update(key_share=True)
        )
        for id_, subscriber_id, state, reason, confirmed_at, monthly in session.execute(query):
            one = by_id[subscriber_id]
            one.subscription_id, one.state, one.ended_reason = id_, state, reason
            one.monthly = monthly
            if state is State.PENDING:
                one.before |= {"state": state.value, "confirmed_at": _iso(confirmed_at)}
    staging.run(
        "UPDATE import_row SET subscription_id = x.id, agreed = CASE x.state WHEN 'pending' THEN 1 ELSE 0 END"
        " FROM subscription x WHERE x.subscriber_id = import_row.subscriber_id"
        " AND x.publication_id = :publication AND import_row.left_out IS NULL",
        publication=publication_id,
    )


def activate(session: Session, known: Sequence[Known], at: datetime) -> None:
    """Let those who had only not confirmed be active: whoever imports them vouches for them."""
    waiting = [one for one in known if one.state is State.PENDING]
    for some in _slices(sorted(one.subscription_id or 0 for one in waiting)):
        session.execute(
            update(Subscription)
            .where(Subscription.id.in_(some))
            .values(state=State.ACTIVE, confirmed_at=at)
            .execution_options(synchronize_session=False)
        )
    for one in waiting:
        one.after |= {"state": State.ACTIVE.value, "confirmed_at": _iso(at)}


def fill_in(session: Session, known: Sequence[Known], rows: Mapping[int, Row], rule: DataRule) -> None:
    """Take over names, languages and attributes from the rows (by line)."""
    for one in known:
        _compare(one, rows[one.line], rule)
    table = table_of(Subscriber)
    changed = [one for one in known if one.before.keys() - OF_SUBSCRIPTIONS]
    if changed:
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("of"))
            .values(
                name=bindparam("name"), language=bindparam("language"), attributes=bindparam("attributes")
            ),
            [
                {"of": one.id, "name": one.name, "language": one.language, "attributes": one.attributes}
                for one in changed
            ],
        )


def note_changes(session: Session, known: Sequence[Known], import_id: int, at: datetime) -> None:
    """Write down what was changed of whom."""
    changes = [
        {
            "import_id": import_id,
            "subscriber_id": one.id,
            "subscription_id": one.subscription_id,
            "at": at,
            "added_subscriber": False,
            "added_subscription": one.state is None,
            "before": one.before,
            "after": one.after,
        }
        for one in known
        if one.changed or one.is_new
    ]
    if changes:
        session.execute(insert(ImportChange), changes)


def _compare(one: Known, row: Row, rule: DataRule) -> None:
    def take(key: str, old: Any, new: Any) -> bool:
        if new in {"", None} or new == old or (old not in {"", None} and rule is DataRule.FILL):
            return False
        one.before[key], one.after[key] = old, new
        return True

    if take("name", one.name, row.name):
        one.name = row.name
    if take("language", one.language, row.details.language):
        one.language = row.details.language
    for key, value in row.details.attributes.items():
        if take(ATTRIBUTE + key, one.attributes.get(key), value):
            one.attributes[key] = value


def _slices(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
