"""Messages in a publication's own words: what may be said, who gets which, and a welcome exactly once."""

import threading
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.publications.messages.find import choose_message, list_messages
from newsletter.publications.messages.models import MessageKind
from newsletter.publications.messages.save import (
    LONGEST_TEXT,
    MessageWords,
    Stale,
    remove_message,
    save_message,
)
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.transactional import LEFT, NO_WELCOME
from newsletter.smtp.sink import Options, Sink
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.models import ConsentSource, State
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.factories import make_publication, make_subscription
from tests.sending.mailroom import send_outbox

WORDS = MessageWords("Welcome aboard", "Good to **have** you.")


def write(
    session: Session, publication: Publication, kind: MessageKind, language: str, subject: str = "Hello"
) -> None:
    save_message(session, publication, kind, language, MessageWords(subject, "Text."), actor="ed")


@pytest.mark.parametrize(
    ("locale", "confirmation", "welcome"),
    [
        ("de", "de", "de"),
        ("de-AT", "de-AT", "de"),
        ("de-CH", "de", "de"),
        ("it", None, "en"),  # the publication's language: there is no built-in welcome
        ("en-GB", None, "en"),
        ("", None, "en"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_which_words_a_reader_gets(
    session: Session, locale: str, confirmation: str | None, welcome: str
) -> None:
    publication = make_publication(session, language="en")
    for language in ("de", "de-AT"):
        write(session, publication, MessageKind.CONFIRMATION, language)
    for language in ("de", "en"):
        write(session, publication, MessageKind.WELCOME, language)
    for kind, wanted in ((MessageKind.CONFIRMATION, confirmation), (MessageKind.WELCOME, welcome)):
        chosen = choose_message(session, publication, kind, locale)
        assert (chosen.language if chosen else None) == wanted
    assert choose_message(session, publication, MessageKind.ALREADY_SUBSCRIBED, locale) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("words", "field", "why"),
    [
        (("", "x"), "subject", "Enter the subject."),
        (("a" * 201, "x"), "subject", "at most 200"),
        (("a\nBcc: b@c.example", "x"), "subject", "one line"),
        (("a\0", "x"), "subject", "one line"),
        (("a \u202eb", "x"), "subject", ""),
        (("Hello {{first_name}}", "x"), "subject", "Merge fields"),
        (("a", " "), "text", "Enter the text."),
        (("a", "x" * (LONGEST_TEXT + 1)), "text", "at most"),
        (("a", "Hello {{ first_name }}"), "text", "Merge fields"),
        (("a", "[x](javascript:alert(1))"), "text", ""),
        (("a", "x\0y"), "text", ""),
        (("a", "- " * 30 + "deep"), "text", ""),
    ],
)
def test_what_cannot_stand_is_refused_with_its_field(
    session: Session, words: tuple[str, str], field: str, why: str
) -> None:
    publication = make_publication(session)
    with pytest.raises(Refused) as refused:
        save_message(
            session, publication, MessageKind.WELCOME, "en", MessageWords(*words), actor="ed@press.example"
        )
    assert list(refused.value.fields) == [field]
    assert why in refused.value.fields[field]
    assert list_messages(session, publication) == []


def test_nobody_overwrites_what_they_have_not_seen(session: Session) -> None:
    publication = make_publication(session)

    def save(subject: str, edits: int | None, language: str = "pt_br") -> Any:
        words = MessageWords(subject, "Text.")
        return save_message(
            session, publication, MessageKind.WELCOME, language, words, actor="ed", edits=edits
        )

    first = save("One", 0)
    assert (first.language, first.edits) == ("pt-BR", 1)
    with pytest.raises(Stale) as stale:
        save("Two", 0)
    assert isinstance(stale.value, Conflict)
    assert save("One", 0).edits == 1  # the same words are no conflict
    assert save("Two", 1).edits == 2
    assert save("Three", None).edits == 3
    with pytest.raises(Refused, match="such as en, de or pt-BR"):
        save("One", None, "klingon!")
    remove_message(session, publication, MessageKind.WELCOME, "pt-BR", actor="ed")
    with pytest.raises(Missing):
        save("Four", 3)
    with pytest.raises(Missing):
        remove_message(session, publication, MessageKind.WELCOME, "pt-BR", actor="ed")
    query = select(AuditEntry.action).where(AuditEntry.action.startswith("message.")).order_by(AuditEntry.id)
    events = session.scalars(query).all()
    assert events == ["message.written", "message.changed", "message.changed", "message.removed"]


def test_two_presses_at_once_bring_one_welcome(runtime: Runtime, session: Session) -> None:
    publication = make_publication(session)
    save_message(session, publication, MessageKind.WELCOME, "en", WORDS, actor="ed")
    subscription = make_subscription(session, publication, "ana@readers.example", state=State.PENDING)
    session.commit()
    start = threading.Barrier(4)

    def press() -> None:
        start.wait()
        with runtime.session() as own:
            confirm(own, subscription.id, locale="en")
            own.commit()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    (message,) = session.scalars(select(SystemMessage))
    assert (message.kind, message.recipient) == ("welcome", "ana@readers.example")
    session.commit()
    with Sink(Options(keep_content=True)) as sink:
        send_outbox(runtime, sink)
        send_outbox(runtime, sink)
        (record,) = sink.records
    assert b"Subject: Welcome aboard" in (record.content or b"")
    assert b"List-Unsubscribe: <http://localhost/u/" in (record.content or b"")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_text_nobody_is_welcomed(session: Session) -> None:
    publication = make_publication(session)
    write(session, publication, MessageKind.CONFIRMATION, "en")
    subscription = make_subscription(session, publication, "ana@readers.example", state=State.PENDING)
    confirm(session, subscription.id, locale="en")
    assert session.scalars(select(SystemMessage)).all() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("meanwhile", "why"), [("left", LEFT), ("removed", NO_WELCOME)])
def test_a_welcome_that_is_no_longer_due_is_not_sent(
    runtime: Runtime, session: Session, meanwhile: str, why: str
) -> None:
    publication = make_publication(session)
    save_message(session, publication, MessageKind.WELCOME, "en", WORDS, actor="ed")
    subscription = make_subscription(session, publication, "ana@readers.example", state=State.PENDING)
    confirm(session, subscription.id, locale="en")
    if meanwhile == "left":
        unsubscribe(session, subscription.id, source=ConsentSource.PREFERENCES)
    else:
        remove_message(session, publication, MessageKind.WELCOME, "en", actor="ed")
    session.commit()
    with Sink(Options()) as sink:
        send_outbox(runtime, sink)
        assert sink.records == []
    session.expire_all()
    message = session.scalars(select(SystemMessage).where(SystemMessage.kind == "welcome")).one()
    assert (message.state, message.error) == (MessageState.FAILED, why)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_comes_back_is_welcomed_again_and_a_second_press_is_not(session: Session) -> None:
    publication = make_publication(session)
    save_message(session, publication, MessageKind.WELCOME, "en", WORDS, actor="ed")
    subscription = make_subscription(session, publication, "ana@readers.example", state=State.PENDING)

    def welcomes() -> int:
        confirm(session, subscription.id, locale="en")
        return len(session.scalars(select(SystemMessage).where(SystemMessage.kind == "welcome")).all())

    assert [welcomes(), welcomes()] == [1, 1]
    unsubscribe(session, subscription.id, source=ConsentSource.PREFERENCES)
    with pytest.raises(Conflict):
        welcomes()
    subscription.state, subscription.ended_at, subscription.ended_reason = State.PENDING, None, None
    assert [welcomes(), welcomes()] == [2, 2]
