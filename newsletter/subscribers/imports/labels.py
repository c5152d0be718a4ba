"""The tags and muted topics of a batch: found by their names, tags made where there are none yet."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.imports.known import Known
from newsletter.subscribers.imports.row import Row
from newsletter.subscribers.imports.staging import Staging
from newsletter.subscribers.imports.words import compact
from newsletter.subscribers.labels import key_of
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import SubscriberTag, Tag
from newsletter.subscribers.topics.models import MutedTopic, Topic

MOST_IDS = 1000  # in one query


class Labels:
    """Whom which tags and topics are for; `made` are the tags that this batch added to the publication."""

    def __init__(self, session: Session, publication_id: int, rows: Sequence[Row], actor: str) -> None:
        self._session = session
        self._rows = {row.line: row for row in rows if row.details.tags or row.details.muted_topics}
        self.made: list[int] = []
        self._tags: dict[str, int] = {}
        self._topics: dict[str, int] = {}
        if self._rows:
            self._find(publication_id, actor)

    def assign_to_known(self, known: Sequence[Known], at: datetime) -> None:
        """Put the tags on people who were there before; topics only where they are new to the publication."""
        wanted = [one for one in known if one.line in self._rows]
        tagged = self._tagged([one.id for one in wanted])
        new: list[dict[str, object]] = []
        for one in wanted:
            missing = [id_ for id_ in self._tag_ids(one.line) if (id_, one.id) not in tagged]
            new += [_tag(id_, one.id, at) for id_ in missing]
            one.labelled = bool(missing)
            if one.is_new:
                self._mute(one, at)
        if new:
            self._session.execute(insert(SubscriberTag), new)

    def assign_to_added(self, staging: Staging, at: datetime) -> None:
        """The same for those whom the batch added."""
        if not self._rows:
            return
        added = staging.run(
            "SELECT line, subscriber_id, subscription_id FROM import_row WHERE left_out IS NULL AND added = 1"
        )
        tags, topics = [], []
        for line, subscriber_id, subscription_id in added.all():
            if line in self._rows:
                tags += [_tag(id_, subscriber_id, at) for id_ in self._tag_ids(line)]
                topics += [_mute(id_, subscription_id, at) for id_ in self._topic_ids(line)]
        if tags:
            self._session.execute(insert(SubscriberTag), tags)
        if topics:
            self._session.execute(insert(MutedTopic), topics)

    def _mute(self, one: Known, at: datetime) -> None:
        muted = muted_topic_ids(self._session, one.subscription_id or 0)
        new = [id_ for id_ in self._topic_ids(one.line) if id_ not in muted]
        if new and one.subscription_id is not None:
            self._session.execute(insert(MutedTopic), [_mute(id_, one.subscription_id, at) for id_ in new])

    def _find(self, publication_id: int, actor: str) -> None:
        tags = self._session.scalars(select(Tag).where(Tag.publication_id == publication_id)).all()
        topics = self._session.scalars(select(Topic).where(Topic.publication_id == publication_id)).all()
        self._tags = _by_word(tags)
        self._topics = _by_word(topics)
        names = (name for row in self._rows.values() for name in row.details.tags)
        publication = self._session.get_one(Publication, publication_id)
        for name in dict.fromkeys(names):
            if _word(name) not in self._tags:
                tag = self._made(publication, name, actor)
                if tag is not None:
                    self._tags[_word(name)] = tag.id
                    self.made.append(tag.id)

    def _made(self, publication: Publication, name: str, actor: str) -> Tag | None:
        """A new tag called `name`; None for a name that cannot stand, or one too many."""
        try:
            key = key_of(name)
        except Refused:  # no letters from a to z
            key = f"tag-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        try:
            return create_tag(self._session, publication, name, key=key, actor=actor)
        except Conflict:
            return self._session.scalar(
                select(Tag).where(Tag.publication_id == publication.id, Tag.key == key)
            )
        except Refused:
            return None

    def _tag_ids(self, line: int) -> list[int]:
        return _ids(self._rows[line].details.tags, self._tags)

    def _topic_ids(self, line: int) -> list[int]:
        return _ids(self._rows[line].details.muted_topics, self._topics)

    def _tagged(self, ids: Sequence[int]) -> set[tuple[int, int]]:
        """Which of these people have which tags, as (tag, person)."""
        pairs: set[tuple[int, int]] = set()
        for start in range(0, len(ids), MOST_IDS):
            query = select(SubscriberTag.tag_id, SubscriberTag.subscriber_id).where(
                SubscriberTag.subscriber_id.in_(ids[start : start + MOST_IDS])
            )
            pairs |= {(tag, person) for tag, person in self._session.execute(query)}
        return pairs


def would_tag(session: Session, publication_id: int, rows: Mapping[int, Row]) -> set[int]:
    """Of these people, by id, those on whom their row would put a tag that they have not."""
    wanted = {person: row for person, row in rows.items() if person and row.details.tags}
    if not wanted:
        return set()
    known = _by_word(session.scalars(select(Tag).where(Tag.publication_id == publication_id)).all())
    theirs = select(SubscriberTag.tag_id, SubscriberTag.subscriber_id).where(
        SubscriberTag.subscriber_id.in_(list(wanted))
    )
    pairs = {(tag, person) for tag, person in session.execute(theirs)}
    return {
        person
        for person, row in wanted.items()
        if any((known.get(_word(name), 0), person) not in pairs for name in row.details.tags)
    }


def muted_topic_ids(session: Session, subscription_id: int) -> set[int]:
    """The topics that a subscription has muted."""
    query = select(MutedTopic.topic_id).where(MutedTopic.subscription_id == subscription_id)
    return set(session.scalars(query))


def _ids(names: Iterable[str], known: Mapping[str, int]) -> list[int]:
    return list(dict.fromkeys(known[_word(name)] for name in names if _word(name) in known))


def _by_word(labels: Sequence[Tag | Topic]) -> dict[str, int]:
    """By the key and by the name; a key goes before the name of another."""
    by_name = {_word(label.name): label.id for label in labels}
    return by_name | {_word(label.key): label.id for label in labels}


def _word(name: str) -> str:
    return compact(name) or name


def _tag(tag_id: int, subscriber_id: int, at: datetime) -> dict[str, object]:
    return {"tag_id": tag_id, "subscriber_id": subscriber_id, "at": at}


def _mute(topic_id: int, subscription_id: int, at: datetime) -> dict[str, object]:
    return {"topic_id": topic_id, "subscription_id": subscription_id, "at": at}
