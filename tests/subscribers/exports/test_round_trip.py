"""Whatever people chose is in an export, and an import of it elsewhere brings all of it again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.db import Base
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import Attribute, AttributeType
from newsletter.subscribers.attributes.values import read_value
from newsletter.subscribers.exports.models import FileFormat
from newsletter.subscribers.imports.models import SubscriberImport
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)
from newsletter.subscribers.names import clean_name
from newsletter.subscribers.pause import resume_due
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.tags.assign import assign_tag, tags_of
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.mute import muted_topics, set_muted_topics
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription
from tests.subscribers.exports.test_export import export, import_again
from tests.subscribers.imports.test_undo import undo

TYPES = {
    "city": AttributeType.TEXT,
    "age": AttributeType.NUMBER,
    "born": AttributeType.DATE,
    "member": AttributeType.BOOLEAN,
    "colour": AttributeType.CHOICE,
}
COLOURS = ["deep red", "blue, pale"]
TAGS = ["Press", "Rome, Italy", "-50%", "It's", 'said "so"', "a|b", "Łódź", "東京"]
TOPICS = ["Sport", "Art; music", "=Money"]
EMPTIED = {"subscriber", "subscription", "consent_record", "subscriber_tag", "muted_topic", "suppression"}
START = datetime(2020, 1, 1, tzinfo=UTC)

moments = st.integers(0, 6 * 365 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))
names = st.text(max_size=30).map(clean_name) | st.sampled_from(["=1+1", "'=1", "Ana, Lim", '"A" <b>', "-"])
texts = st.text(max_size=30) | st.sampled_from(["=SUM(A1)", "'-1", "a;b", "yes", "unsubscribed"])
consent = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(ConsentKind),
        "at": moments,
        "ip": st.sampled_from(["", "192.0.2.7", "2001:db8::1"]),
        "source": st.sampled_from(ConsentSource),
    }
)
person = st.fixed_dictionaries(
    {
        "name": names,
        "language": st.sampled_from(["", "de", "pt-BR", "zh-Hant-TW"]),
        "values": st.fixed_dictionaries(
            {
                "city": texts,
                "age": st.sampled_from(["", "0", "-3.25", "41.5", "123456789012345"]),
                "born": st.sampled_from(["", "1985-02-03", "0001-01-01"]),
                "member": st.sampled_from(["", "yes", "no"]),
                "colour": st.sampled_from(["", *COLOURS]),
            }
        ),
        "tags": st.sets(st.sampled_from(TAGS)),
        "muted": st.sets(st.sampled_from(TOPICS)),
        "state": st.sampled_from([State.ACTIVE, State.PAUSED, State.ACTIVE, State.PAUSED, *State]),
        "pause": st.sampled_from([timedelta(hours=-1), timedelta(days=1), timedelta(days=900)]),
        "monthly": st.booleans(),
        # Whoever was erased has no address any more.
        "reason": st.sampled_from([reason for reason in EndReason if reason is not EndReason.ERASED]),
        "consents": st.lists(consent, max_size=4),
        "suppressed": st.none() | st.none() | st.sampled_from(SuppressionReason),
    }
)
people = st.lists(person, min_size=1, max_size=5)
# What a file has no word of its own for.
THERE = {
    SuppressionReason.SOFT_BOUNCE: SuppressionReason.HARD_BOUNCE,
    SuppressionReason.ERASED: SuppressionReason.MANUAL,
}


def with_labels(session: Session, slug: str) -> Publication:
    publication = make_publication(session, slug)
    for key, type_ in TYPES.items():
        choices = COLOURS if type_ is AttributeType.CHOICE else ()
        create_attribute(session, publication, key, type_=type_, choices=choices, actor="test")
    for number, name in enumerate(TAGS):
        create_tag(session, publication, name, key=f"t{number}", actor="test")
    for number, name in enumerate(TOPICS):
        create_topic(session, publication, name, key=f"t{number}", actor="test")
    session.commit()
    return publication


def bring(session: Session, publication: Publication, email: str, facts: dict[str, Any]) -> None:
    paused, ended = facts["state"] is State.PAUSED, facts["state"] is State.ENDED
    subscription = make_subscription(
        session,
        publication,
        email,
        facts["name"],
        facts["state"],
        monthly=facts["monthly"],
        paused_until=(clock.now() + facts["pause"]).replace(microsecond=0) if paused else None,
        ended_reason=facts["reason"] if ended else None,
        ended_at=START if ended else None,
    )
    someone = subscription.subscriber
    someone.language = facts["language"]
    attributes = {attribute.key: attribute for attribute in list_labels(session, Attribute, publication)}
    read = {key: read_value(attributes[key], text) for key, text in facts["values"].items()}
    someone.attributes = {key: value for key, value in read.items() if value is not None}
    for tag in list_labels(session, Tag, publication):
        if tag.name in facts["tags"]:
            assign_tag(session, tag, [someone.id])
    set_muted_topics(session, subscription, [f"t{TOPICS.index(name)}" for name in facts["muted"]])
    for one in facts["consents"]:
        session.add(ConsentRecord(subscription_id=subscription.id, **one))
    if facts["suppressed"]:
        suppress(session, parse_address(email).hash, facts["suppressed"], actor="test")
    session.commit()


def chosen(session: Session, publication: Publication) -> dict[str, Any]:
    """What is known of each reader who gets the publication, or will after a pause."""
    session.expire_all()
    query = (
        select(Subscription)
        .join(Subscription.subscriber)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(
            Subscription.publication_id == publication.id,
            Subscription.state.in_([State.ACTIVE, State.PAUSED]),
            Suppression.id.is_(None),
        )
    )
    known = {}
    for subscription in session.scalars(query):
        someone = subscription.subscriber
        known[someone.email or ""] = {
            **{name: getattr(someone, name) for name in ("name", "language", "attributes")},
            **{name: getattr(subscription, name) for name in ("state", "paused_until", "monthly")},
            "tags": {tag.name for tag in tags_of(session, someone.id, publication.id)},
            "muted": muted_topics(session, subscription.id),
            "consent": given_consent(session, subscription.id),
        }
    session.rollback()
    return known


def given_consent(session: Session, subscription_id: int) -> tuple[datetime, str] | None:
    """The time and address of the last consent."""
    no_consent = (
        *(ConsentKind.WITHDRAWN, ConsentKind.ADDRESS_CHANGED),
        *(ConsentKind.TRACKING_ALLOWED, ConsentKind.TRACKING_REFUSED),
    )
    query = (
        select(ConsentRecord)
        .where(ConsentRecord.subscription_id == subscription_id, ConsentRecord.kind.not_in(no_consent))
        .order_by(ConsentRecord.id.desc())
    )
    last = session.scalars(query.limit(1)).first()
    return None if last is None else (last.at, last.ip)


def suppressions(session: Session) -> dict[str, SuppressionReason]:
    found = {row.address_hash: row.reason for row in session.scalars(select(Suppression))}
    session.rollback()
    return found


def empty(session: Session) -> None:
    session.rollback()
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in EMPTIED | {"import_change"}:
            session.execute(table.delete())
    session.commit()


@both_databases
def test_an_export_is_the_same_readers_elsewhere(
    session: Session, runtime: Runtime, tmp_path: Path, database_url: str
) -> None:
    examples = 60 if database_url.startswith("sqlite") else 6
    here, there = with_labels(session, "here"), with_labels(session, "there")

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(people, st.sampled_from(FileFormat))
    def check(some: list[dict[str, Any]], format_: FileFormat) -> None:
        empty(session)
        for number, facts in enumerate(some):
            bring(session, here, f"p{number}@x.example", facts)
        content = export(session, here, format_)
        resume_due(session)  # a pause that is over is none there
        session.commit()
        before, kept_out = chosen(session, here), suppressions(session)
        empty(session)
        started = clock.now()
        result = import_again(session, there, content, tmp_path / f"people.{format_}")
        assert result.errors == []
        after = chosen(session, there)
        for one in before.keys() - {email for email in before if before[email]["consent"]}:
            assert after[one]["consent"][0] >= started  # nobody knows; they are imported now
            after[one]["consent"] = None
        assert after == before
        expected = {hash_: THERE.get(reason, reason) for hash_, reason in kept_out.items()}
        assert suppressions(session) == expected
        everybody = session.scalars(select(Subscriber.email)).all()
        session.rollback()
        assert set(everybody) == set(before)
        assert undo(session, runtime, there, last_import(session)).keys() <= {"removed", "lifted"}
        assert session.scalars(select(Subscriber)).all() == []
        session.rollback()

    check()


def last_import(session: Session) -> int:
    return max(session.scalars(select(SubscriberImport.id)))
