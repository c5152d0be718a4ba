"""One issue in three languages and for two topics: what each of many people got, judged at the sink."""

import random
import re
from collections import Counter
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.document import Document
from newsletter.document.reading import read
from newsletter.issues.compile import compile_issue
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.mailings.models import Delivery, MailingVariant, StoredMessage
from newsletter.preflight.check import check
from newsletter.preflight.finding import Level
from newsletter.preflight.rule_versions import save_rules
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.variant import (
    Reader,
    Variant,
    numbered_variant,
    stranger_number,
    variant_for,
)
from newsletter.runtime import Runtime
from newsletter.sending.audience import count_audience
from newsletter.sending.copy_sent import find_copy
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.sending.variants import number_of
from newsletter.smtp.sink import Options, Sink
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.models import MutedTopic, Topic
from tests.databases import both_databases
from tests.editions import SUBJECTS, WORDS, an_edition, the_document
from tests.factories import make_publication, make_readers, make_subscription
from tests.sending.process import sending_processes
from tests.sending.variant_numbers import number_for

PEOPLE = 10_000
SPOKEN = ("", "en", "de", "de-AT", "DE", "it", "ar", "ar-EG", "fr", "pt")


@pytest.fixture
def publication(session: Session) -> Publication:
    publication = make_publication(session, language="en")
    for name in ("sport", "opera"):
        create_topic(session, publication, name, actor="test")
    return publication


def language_of(spoken: str) -> str:
    return {"de": "de", "ar": "ar"}.get(spoken[:2].lower(), "en")


@both_databases
def test_ten_thousand_people_get_exactly_their_variant(
    runtime: Runtime, session: Session, publication: Publication, links: Links
) -> None:
    document = the_document()
    issue = save_document(session, publication, document).issue
    chance = random.Random(7)
    topics = {topic.key: topic.id for topic in session.scalars(select(Topic))}
    expected: dict[str, tuple[str, frozenset[str]]] = {}
    for each in make_readers(session, publication, PEOPLE):
        spoken = each.subscriber.language = chance.choice(SPOKEN)
        muted = {key for key in topics if chance.random() < 0.5}
        session.add_all(MutedTopic(subscription_id=each.id, topic_id=topics[key]) for key in muted)
        expected[each.subscriber.email or ""] = (language_of(spoken), frozenset(topics) - muted)
    mailing_id = schedule(session, issue, None, links, actor="test").id
    session.commit()
    counted = count_audience(session, issue)
    session.commit()
    assert freeze(runtime.sessions, mailing_id, links)
    with Sink(Options(keep_content=True)) as sink, sending_processes(runtime) as make_one:
        make_one(sink.url, 10).drain(mailing_id, seconds=120)
        got = {record.recipient: record.content or b"" for record in sink.records}
        assert len(sink.records) == PEOPLE
    assert got.keys() == expected.keys()
    wrong = [address for address, content in got.items() if seen_in(content) != expected[address]]
    assert not wrong
    # Who counts, who keeps and who shows them agree.
    by_variant = Counter(expected.values())
    frozen = {
        row.number: row.members
        for row in session.scalars(select(MailingVariant).where(MailingVariant.mailing_id == mailing_id))
    }
    assert frozen == counted.variants
    assert sorted(frozen.values()) == sorted(by_variant.values())
    assert len(frozen) == 12
    for address in chance.sample(sorted(expected), 20):
        copy = find_copy(session, mailing_id, address, links=links, secrets=runtime.settings.secrets)
        assert copy.eml == got[address]
    the_archive_has_what_strangers_got(session, mailing_id, document, links, issue)


def the_archive_has_what_strangers_got(
    session: Session, mailing_id: int, document: Document, links: Links, issue: Issue
) -> None:
    for place, language in enumerate(("en", "de", "ar")):
        number = stranger_number(document, "en", place)
        stored = session.get_one(StoredMessage, (mailing_id, "" if place == 0 else str(number)))
        html = CompiledMessage.from_json(stored.compiled).fill_html({})
        assert WORDS[language]["all"] in html
        assert WORDS[language]["sport"] not in html
        page = links.issue_email(issue.publication.slug, issue.slug, language if place else "")
        assert page in html
        assert f'lang="{language}"' in html


def seen_in(content: bytes) -> tuple[str, frozenset[str]]:
    """The language and the topics that a message is in: exactly one language, in subject and words alike."""
    message = message_from_bytes(content, policy=default)
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    languages = {language for language, words in WORDS.items() if words["all"] in html}
    said = {language for language, subject in SUBJECTS.items() if message["Subject"] == subject}
    (language,) = languages & said
    assert languages == said
    found = {key for key in ("sport", "opera") if WORDS[language][key] in html}
    foreign = {words[key] for other, words in WORDS.items() if other != language for key in words}
    assert not any(words in html for words in foreign)
    direction = re.search(r"<html[^>]*dir=\"(\w+)\"", html)
    assert direction is None or (direction[1] == "rtl") == (language == "ar")
    return language, frozenset(found)


@both_databases
def test_the_database_chooses_the_edition_as_the_rule_does(
    session: Session, publication: Publication
) -> None:
    publication.language = "it"
    document = the_document(
        language="en",
        editions=[an_edition("de"), {"language": "pt-BR"}, {"language": "de-AT"}, {"language": "it"}],
    )
    for n, spoken in enumerate([*SPOKEN, "pt-PT", "de-at", "de-CH", "pt-br", "deu", "zh-Hant"]):
        each = make_subscription(session, publication, f"p{n}@readers.example")
        each.subscriber.language = spoken
        session.flush()
        number = number_of(session, document, publication, each.subscriber_id)
        reader = Reader(frozenset({"sport", "opera"}), language=spoken or "it")
        assert number == number_for(document, reader, "it"), spoken
        assert numbered_variant(document, number) == variant_for(document, reader, "it"), spoken


@pytest.mark.parametrize(
    ("spoken", "edition"),
    [
        ("", ""),
        ("en-GB", ""),
        ("de", "de"),
        ("de-CH", "de"),
        ("de-at", "de-AT"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("fr", ""),
        ("deu", ""),
    ],
)
def test_which_edition_a_reader_gets(spoken: str, edition: str) -> None:
    document = read({"title": "x", "editions": [{"language": tag} for tag in ("de", "pt-BR", "de-AT")]})
    assert variant_for(document, Reader(language=spoken), "en").edition == edition


def test_who_speaks_none_of_the_languages_gets_the_publications() -> None:
    document = read({"title": "x", "language": "en", "editions": [{"language": "de"}]})
    assert variant_for(document, Reader(language="fr"), "de").edition == "de"
    assert variant_for(document, Reader(language="fr"), "it").edition == ""


def test_what_is_missing_blocks_and_falls_back_where_it_only_warns(
    session: Session, publication: Publication, links: Links
) -> None:
    document = the_document(editions=[an_edition("ar", without="all")])
    revision = save_document(session, publication, document).revision
    found = [each for each in check(session, revision, publication, links) if each.rule == "editions"]
    assert [(each.level, each.message) for each in found] == [(Level.BLOCKING, "Arabic: 1 text is missing.")]
    save_rules(session, publication, "rules:\n  editions: {severity: warning}\n", actor="test")
    found = [each for each in check(session, revision, publication, links) if each.rule == "editions"]
    assert [(each.level, each.waivable) for each in found] == [(Level.WARNING, True)]
    html = compile_issue(session, revision, publication, links, variant=Variant(edition="ar")).fill_html({})
    assert re.search(rf'<div[^>]* dir="ltr" lang="en"[^>]*><p[^>]*>{WORDS["en"]["all"]}', html) or re.search(
        rf'<div[^>]* lang="en"[^>]*><p[^>]*>{WORDS["en"]["all"]}', html
    )
    assert html.count(' lang="en"') == 1


def test_nobody_gets_an_empty_email_in_their_language(
    runtime: Runtime, session: Session, publication: Publication, links: Links
) -> None:
    sections = [
        {"type": "text", "id": "sport", "text": WORDS["en"]["sport"], "visibility": {"topics": ["sport"]}}
    ]
    issue = save_document(session, publication, the_document(sections=sections)).issue
    topic_id = session.scalars(select(Topic.id).where(Topic.key == "sport")).one()
    for n, muted in enumerate([True, False]):
        each = make_subscription(session, publication, f"p{n}@readers.example")
        each.subscriber.language = "de"
        session.flush()
        if muted:
            session.add(MutedTopic(subscription_id=each.id, topic_id=topic_id))
    mailing_id = schedule(session, issue, None, links, actor="test").id
    session.commit()
    assert freeze(runtime.sessions, mailing_id, links)
    reasons = session.execute(select(Delivery.reason, func.count()).group_by(Delivery.reason)).all()
    assert {each.reason: each[1] for each in reasons} == {"": 1, "nothing_to_read": 1}
