"""Sections for some readers only: each reader gets their own variant, in the count, the mail and the copy."""

import random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.document import Document
from newsletter.document.reading import read
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.mailings.models import Control, Delivery, Mailing, MailingState, MailingVariant, StoredMessage
from newsletter.mailings.totals import read_totals
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.variant import Reader, conditions_of, numbered_variant, variant_for
from newsletter.runtime import Runtime
from newsletter.segments.read import read as read_rules
from newsletter.segments.save import create_segment
from newsletter.sending import variants
from newsletter.sending.audience import count_audience
from newsletter.sending.copy_sent import find_copy
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.sending.variants import number_of
from newsletter.smtp.sink import Options, Sink
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import AttributeType
from newsletter.subscribers.labels import find_label, remove_label
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.models import Topic
from newsletter.subscribers.topics.mute import muted_topics, set_muted_topics
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription
from tests.sending.process import sending_processes
from tests.sending.variant_numbers import number_for

TOPICS = ("sport", "opera")
LANGUAGES = ("", "de", "de-AT", "it", "pt-BR")
ASKED: list[dict[str, Any] | None] = [
    None,
    {"topics": ["sport"]},
    {"topics": ["opera", "sport"]},
    {"languages": ["de"]},
    {"segments": ["odd"]},
    {"languages": ["it", "pt-br"], "topics": ["opera"]},
    {"topics": ["sport"]},
    {},
]


def an_issue(session: Session, publication: Publication, asked: list[dict[str, Any] | None]) -> Issue:
    sections = [
        {"type": "text", "id": f"s{n}", "text": f"Words of section {n}."}
        | ({} if each is None else {"visibility": each})
        for n, each in enumerate(asked)
    ]
    document = read({"title": "One", "subject": "One", "sections": sections})
    return save_document(session, publication, document).issue


def document_of(asked: list[dict[str, Any] | None]) -> Document:
    return read(
        {
            "title": "One",
            "sections": [
                {"type": "divider", "id": f"s{n}"} | ({} if each is None else {"visibility": each})
                for n, each in enumerate(asked)
            ],
        }
    )


@pytest.fixture
def publication(session: Session) -> Publication:
    publication = make_publication(session, language="de")
    for name in TOPICS:
        create_topic(session, publication, name, actor="test")
    create_attribute(session, publication, "odd", type_=AttributeType.BOOLEAN, actor="test")
    create_segment(session, publication, "Odd", read_rules({"attribute": "odd", "is": True}), actor="test")
    return publication


def people(session: Session, publication: Publication, how_many: int) -> list[Subscription]:
    chance = random.Random(how_many)
    made = [
        make_subscription(session, publication, f"p{n}@readers.example", name=f"P{n}")
        for n in range(how_many)
    ]
    for each in made:
        each.subscriber.language = chance.choice(LANGUAGES)
        each.subscriber.attributes = {"odd": chance.random() < 0.5}
        set_muted_topics(session, each, [topic for topic in TOPICS if chance.random() < 0.5])
    return made


def reader_of(session: Session, subscription: Subscription) -> Reader:
    return Reader(
        topics=frozenset(TOPICS) - muted_topics(session, subscription.id),
        segments=frozenset({"odd"} if subscription.subscriber.attributes["odd"] else ()),
        language=subscription.subscriber.language or subscription.publication.language,
    )


@both_databases
def test_the_database_chooses_as_the_rule_does(session: Session, publication: Publication) -> None:
    document = document_of([*ASKED, {"topics": ["gone"]}])
    for each in people(session, publication, 40):
        expected = variant_for(document, reader_of(session, each))
        number = number_of(session, document, publication, each.subscriber_id)
        assert numbered_variant(document, number) == expected
        assert number == number_for(document, reader_of(session, each))
    assert len(conditions_of(document)) == 6
    assert number_of(session, document, publication, 0) == number_for(document, Reader(language="de"))


@both_databases
def test_everybody_gets_their_own_and_their_copy_is_made_again(
    runtime: Runtime, session: Session, publication: Publication, links: Links
) -> None:
    issue = an_issue(session, publication, ASKED)
    readers = people(session, publication, 30)
    document = document_of(ASKED)
    seen = {each.subscriber.email: variant_for(document, reader_of(session, each)) for each in readers}
    mailing_id = schedule(session, issue, None, links, actor="test").id
    session.commit()
    counted = count_audience(session, issue)
    session.commit()
    assert freeze(runtime.sessions, mailing_id, links, chunk=7)
    frozen = session.scalars(select(MailingVariant).where(MailingVariant.mailing_id == mailing_id)).all()
    assert {row.number: row.members for row in frozen} == counted.variants
    assert len(counted.variants) > 4
    session.commit()
    with Sink(Options(keep_content=True)) as sink, sending_processes(runtime) as make_one:
        make_one(sink.url, 10).drain(mailing_id, seconds=30)
        got = {record.recipient: record.content for record in sink.records}
    assert got.keys() == seen.keys()
    for address, content in got.items():
        assert content is not None
        for n in range(len(ASKED)):
            sections = seen[address].sections
            shown = sections is None or f"s{n}" in sections
            assert (f"Words of section {n}." in content.decode()) == shown
    for each in frozen:
        stored = session.get(StoredMessage, (mailing_id, str(each.number)))
        assert stored is None or f"{links.public_url}/email/" in CompiledMessage.from_json(
            stored.compiled
        ).fill_html({})
    copy = find_copy(session, mailing_id, "p3@readers.example", links=links, secrets=runtime.settings.secrets)
    assert copy.eml == got["p3@readers.example"]


def test_nobody_gets_an_empty_email(
    runtime: Runtime, session: Session, publication: Publication, links: Links
) -> None:
    issue = an_issue(session, publication, [{"topics": ["sport"]}])
    for n, muted in enumerate([["sport"], []]):
        each = make_subscription(session, publication, f"p{n}@readers.example")
        set_muted_topics(session, each, muted)
    mailing_id = schedule(session, issue, None, links, actor="test").id
    session.commit()
    counted = count_audience(session, issue)
    assert (counted.readers, counted.excluded) == (1, {"nothing_to_read": 1})
    session.commit()
    assert freeze(runtime.sessions, mailing_id, links)
    totals = read_totals(session, mailing_id)
    assert (totals.pending, totals.excluded) == (1, {"nothing_to_read": 1})


def test_where_all_see_the_same_there_is_one_message(
    runtime: Runtime, session: Session, publication: Publication, links: Links
) -> None:
    issue = an_issue(session, publication, [None, {}])
    people(session, publication, 5)
    mailing_id = schedule(session, issue, None, links, actor="test").id
    session.commit()
    assert freeze(runtime.sessions, mailing_id, links)
    assert session.scalars(select(StoredMessage.variant)).all() == [""]
    assert session.scalars(select(MailingVariant)).all() == []
    assert set(session.scalars(select(Delivery.variant))) == {0}
    assert count_audience(session, issue).variants == {}


def test_too_many_different_emails_pause_the_mailing(
    runtime: Runtime,
    session: Session,
    publication: Publication,
    links: Links,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(variants, "MOST_VARIANTS", 2)
    issue = an_issue(session, publication, ASKED[:6])
    people(session, publication, 30)
    mailing_id = schedule(session, issue, None, links, actor="test").id
    session.commit()
    assert not freeze(runtime.sessions, mailing_id, links)
    mailing = session.get_one(Mailing, mailing_id)
    assert (mailing.state, mailing.control) == (MailingState.FREEZING, Control.PAUSE)
    assert "different emails, 2 are possible" in mailing.held_reason


def test_a_topic_that_was_removed_before_the_freeze_pauses_the_mailing(
    runtime: Runtime, session: Session, publication: Publication, links: Links
) -> None:
    issue = an_issue(session, publication, [None, {"topics": ["sport"]}])
    people(session, publication, 5)
    mailing_id = schedule(session, issue, None, links, actor="test").id
    remove_label(session, find_label(session, Topic, publication, "sport"), actor="test")
    session.commit()
    assert not freeze(runtime.sessions, mailing_id, links)
    mailing = session.get_one(Mailing, mailing_id)
    assert (mailing.state, mailing.control) == (MailingState.FREEZING, Control.PAUSE)
    assert "sport" in mailing.held_reason
    assert read_totals(session, mailing_id).pending == 0
