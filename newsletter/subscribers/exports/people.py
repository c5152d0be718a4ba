"""The people of a publication as rows of a file, newest first, some thousands at a time.

Databases write what they can as text, and nothing is made into an object: a million rows are twenty seconds.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session, aliased

from newsletter.core.db import reading
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.exports.names import usable_names
from newsletter.subscribers.frequency import EACH_ISSUE, MONTHLY
from newsletter.subscribers.imports.titles import ATTRIBUTE
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.listing import SubscriptionFilter, is_wanted
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    Subscriber,
    Subscription,
    Suppression,
)
from newsletter.subscribers.tags.models import SubscriberTag, Tag
from newsletter.subscribers.topics.models import MutedTopic, Topic

BATCH = 5_000  # rows; one short transaction that only reads
GIVEN = (
    *(ConsentKind.REQUESTED, ConsentKind.CONFIRMED, ConsentKind.IMPORTED),
    *(ConsentKind.VOUCHED, ConsentKind.RENEWED),
)
# Names for programs, so they are not translated. An import reads each of them, or says that it does not.
COLUMNS = (
    *("email", "name", "state", "ended_reason", "suppressed", "language", "created_at", "confirmed_at"),
    *("paused_until", "frequency", "ended_at", "consent_at", "consent_source", "consent_ip"),
    *("tags", "muted_topics"),
)
PLAIN = COLUMNS.index("tags")  # those before it are texts as the database writes them

Plain = Sequence[str]
Names = tuple[str, ...]
# What is in the plain columns, the tags, the muted topics, and the values of the attributes by key.
Person = tuple[Plain, Names, Names, dict[str, Any]]


class People:
    """The people of a publication that have an address still; `attributes` are the keys of their values.

    `narrowed` is a further condition over `Subscription` and `Subscriber`, such as of a segment.
    """

    def __init__(
        self,
        session: Session,
        publication: Publication,
        wanted: SubscriptionFilter,
        narrowed: ColumnElement[bool] | None = None,
    ) -> None:
        self._session = session
        self._where = and_(
            Subscription.publication_id == publication.id,
            Subscriber.email.is_not(None),
            is_wanted(session, wanted),
            *([] if narrowed is None else [narrowed]),
        )
        self._postgres = session.get_bind().dialect.name == "postgresql"
        self.attributes = [each.key for each in list_labels(session, Attribute, publication)]
        self._tags = _by_ids(list_labels(session, Tag, publication))
        self._topics = _by_ids(list_labels(session, Topic, publication))

    @property
    def header(self) -> list[str]:
        """The titles of the columns."""
        return [*COLUMNS, *(ATTRIBUTE + key for key in self.attributes)]

    def count(self) -> int:
        """How many there are now."""
        query = select(func.count(Subscription.id)).join(
            Subscriber, Subscriber.id == Subscription.subscriber_id
        )
        return self._session.scalar(query.where(self._where)) or 0

    def batches(self, size: int = BATCH) -> Iterator[list[Person]]:
        """All of them, `size` at a time, each in a transaction of its own that only reads."""
        last: int | None = None
        query = self._select().order_by(Subscription.id.desc()).limit(size)
        while True:
            with reading():
                some = query if last is None else query.where(Subscription.id < last)
                rows = self._session.connection().execute(some).all()
                self._session.rollback()
            if rows:
                last = rows[-1][0]
                yield [self._person(row) for row in rows]
            if len(rows) < size:
                return

    def _person(self, row: Any) -> Person:
        _id, *plain, tags, topics, attributes = row
        return plain, self._tags(tags), self._topics(topics), json.loads(attributes) or {}

    def _select(self) -> Select[*tuple[Any, ...]]:
        given = aliased(ConsentRecord)
        latest = (
            select(func.max(ConsentRecord.id))
            .where(ConsentRecord.subscription_id == Subscription.id, ConsentRecord.kind.in_(GIVEN))
            .correlate(Subscription)
            .scalar_subquery()
        )
        return (
            select(
                Subscription.id,
                *(Subscriber.email, Subscriber.name, _text(Subscription.state)),
                *(_text(Subscription.ended_reason), _text(Suppression.reason), Subscriber.language),
                *(self._moment(Subscription.created_at), self._moment(Subscription.confirmed_at)),
                self._moment(Subscription.paused_until),
                case((Subscription.monthly, MONTHLY), else_=EACH_ISSUE),
                self._moment(Subscription.ended_at),
                *(self._moment(given.at), _text(given.source), _text(given.ip)),
                self._ids(SubscriberTag.tag_id, SubscriberTag.subscriber_id == Subscriber.id),
                self._ids(MutedTopic.topic_id, MutedTopic.subscription_id == Subscription.id),
                self._values(),
            )
            .select_from(Subscription)
            .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
            .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
            .outerjoin(given, given.id == latest)
            .where(self._where)
        )

    def _moment(self, column: Any) -> ColumnElement[str]:
        """In UTC (RFC 3339), in whole seconds; empty where there is none."""
        # Faster than `to_char`. Both begin with `2026-12-01 08:30:00`, as our sessions are in UTC.
        written = func.replace(func.substr(self._as_text(column), 1, 19), " ", "T").concat("+00:00")
        return func.coalesce(written, "")

    def _ids(self, column: Any, where: ColumnElement[bool]) -> ColumnElement[str | None]:
        """The ids of somebody's labels in one text."""
        joined = func.string_agg if self._postgres else func.group_concat
        return select(joined(cast(column, Text), ",")).where(where).scalar_subquery()

    def _values(self) -> ColumnElement[str]:
        """The values of attributes as JSON, where the publication keeps any."""
        if not self.attributes:
            return literal("{}")
        return self._as_text(Subscriber.attributes)

    def _as_text(self, column: Any) -> ColumnElement[str]:
        """A column as the database writes it down."""
        return cast(column, Text) if self._postgres else type_coerce(column, String)


def _text(column: Any) -> ColumnElement[str]:
    return func.coalesce(type_coerce(column, String), "")


def _by_ids(labels: Sequence[Tag | Topic]) -> Callable[[str | None], Names]:
    """The names of the labels whose ids stand in a text; those of other publications have none here."""
    names = usable_names(labels)
    order = {str(label.id): place for place, label in enumerate(labels)}

    @lru_cache(maxsize=10_000)
    def read(ids: str) -> Names:
        places = sorted(order[id_] for id_ in ids.split(",") if id_ in order)
        return tuple(names[place] for place in places)

    return lambda ids: read(ids) if ids else ()
