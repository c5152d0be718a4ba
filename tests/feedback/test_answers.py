"""Complaints, automatic answers, challenges, and what people write."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feedback.events import EventKind, EventReason, FeedbackEvent
from newsletter.feedback.parsers import PARSERS, parse
from newsletter.feedback.parsers.mbox import split_mbox
from tests.feedback.reports import ADDRESS, TOKEN, complaint, dsn, notice, person

K = EventKind


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("abuse", K.COMPLAINT),
        ("fraud", K.COMPLAINT),
        ("opt-out", K.COMPLAINT),
        ("not-spam", K.UNKNOWN),
        ("auth-failure", K.UNKNOWN),
        ("dmarc", K.UNKNOWN),
    ],
)
def test_a_feedback_report_is_a_complaint_if_it_is_one(kind: str, expected: EventKind) -> None:
    (event,) = parse(complaint(kind))
    assert (event.kind, event.parser, event.recipients) == (expected, "arf", (ADDRESS,))
    assert event.clues.bounce_addresses == (TOKEN,)


def test_outlook_names_the_recipient_in_a_header_of_its_own() -> None:
    raw = person("<junk>", subject="complaint about message from 192.0.2.7", X_HmXmrOriginalRecipient=ADDRESS)
    (event,) = parse(raw)
    assert (event.kind, event.recipients) == (K.COMPLAINT, (ADDRESS,))


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office: The week in bridges",
        "Automatic reply: The week in bridges",
        "Automatische Antwort: Die Woche",
        "Abwesenheitsnotiz",
        "Réponse automatique : La semaine",
        "Respuesta automática: La semana",
        "Risposta automatica: La settimana",
        "Resposta automática: A semana",
        "Automatisch antwoord: De week",
        "Odpowiedź automatyczna: Tydzień",
        "Автоответ: Неделя",
        "自動返信: 今週",
        "自动回复: 本周",
        "부재 중: 이번 주",
        "Otomatik yanıt: Hafta",
    ],
)
def test_automatic_answers_by_their_subject(subject: str) -> None:
    (event,) = parse(person("I no longer work here, this mailbox is closed. User unknown.", subject=subject))
    assert (event.kind, event.reason) == (K.AUTO_REPLY, None)
    assert event.clues.message_id == "17.4.0011223344556677@example.org"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"X_MS_Exchange_Inbox_Rules_Loop": ADDRESS},
    ],
)
def test_automatic_answers_by_their_headers(headers: dict[str, str]) -> None:
    (event,) = parse(person("Thank you!", **headers))
    assert event.kind is K.AUTO_REPLY


@pytest.mark.parametrize(
    "text",
    [
        "Please confirm that you are human: click here",
        "Click the link below to have your message delivered. This is sender verification.",
    ],
)
def test_a_challenge_is_an_automatic_answer(text: str) -> None:
    (event,) = parse(person(text, subject="Please verify"))
    assert (event.kind, event.parser) == (K.AUTO_REPLY, "challenge")


def test_a_read_receipt_is_no_bounce() -> None:
    raw = complaint().replace(b"feedback-report", b"disposition-notification")
    (event,) = parse(raw)
    assert (event.kind, event.parser) == (K.AUTO_REPLY, "receipt")


def test_a_person_is_not_suppressed_for_what_they_quote() -> None:
    (event,) = parse(person("I got this:\n> 550 5.1.1 User unknown\nWhat does it mean?"))
    assert (event.kind, event.reason, event.recipients) == (K.REPLY, None, (ADDRESS,))


def test_what_was_sent_to_many_is_nothing() -> None:
    (event,) = parse(person("Buy!", Precedence="bulk"))
    assert event.kind is K.UNKNOWN


def test_every_parser_says_no_to_what_it_does_not_know() -> None:
    for raw in (b"", b"\n\n", b"\x00" * 1000, b"Subject: hello\n\nhello"):
        (event,) = parse(raw)
        assert event.kind is K.UNKNOWN
    assert "dsn" in PARSERS
    assert "reply" in PARSERS


@given(st.binary(max_size=2_000))
def test_nothing_is_raised_for_any_octets(raw: bytes) -> None:
    assert all(isinstance(event, FeedbackEvent) for event in parse(raw))


SAMPLES = (dsn(), complaint(), person("Hello"), notice("550 5.1.1 User unknown"))


@given(st.sampled_from(SAMPLES), st.data())
def test_nothing_is_raised_for_what_was_altered(raw: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(raw)))
        end = min(len(raw), start + data.draw(st.integers(0, 60)))
        raw = raw[:start] + data.draw(st.binary(max_size=40)) + raw[end:]
    for event in parse(raw):
        assert event.parser != "unreadable" or event.kind is K.UNKNOWN
        assert event.reason in {*EventReason, None}


def test_twenty_megabytes_are_read_in_a_moment() -> None:
    line = b"boundary=x " * 7 + b"\n"
    (event,) = parse(dsn() + line * (20 * 1024 * 1024 // len(line)))
    assert event.kind is K.HARD


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(notice("\n" * 1_000_000), id="empty lines"),
        pytest.param(notice("<html>" + "<script>" * 120_000, subtype="html"), id="tags that are not closed"),
        pytest.param(notice("<a@b.example>:\n" * 60_000), id="addresses"),
    ],
)
def test_what_takes_long_is_read_in_part(raw: bytes) -> None:
    began = time.process_time()
    assert parse(raw)[0].kind is K.UNKNOWN
    assert time.process_time() - began < 5


def test_an_mbox_is_several_messages() -> None:
    line = b"From MAILER-DAEMON Mon Jan  5 09:00:02 2026\n"
    assert list(split_mbox(line + dsn() + b"\n" + line + complaint())) == [dsn() + b"\n", complaint()]
    assert list(split_mbox(dsn())) == [dsn()]
