"""Delivery status notifications (RFC 3464), in their forms and near them."""

from datetime import UTC, datetime

import pytest

from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.parsers import parse
from newsletter.feedback.parsers.addresses import MOST_RECIPIENTS
from tests.feedback.reports import ADDRESS, RETURNED, TOKEN, dsn, person

K, R = EventKind, EventReason


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind", "reason"),
    [
        (
            "5.1.1",
            "smtp; 550 5.1.1 <a@b.example>: User unknown in local recipient table",
            K.HARD,
            R.USER_UNKNOWN,
        ),
        ("5.0.0", "smtp; 550 No such user here", K.HARD, R.USER_UNKNOWN),
        ("5.0.0", "smtp; 550 Requested action not taken: mailbox unavailable", K.HARD, R.USER_UNKNOWN),
        ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied. AS(1)", K.HARD, R.USER_UNKNOWN),
        ("5.7.1", "smtp; 550 5.7.1 No such user!", K.HARD, R.USER_UNKNOWN),
        ("5.1.2", "dns; nosuch.example: host not found", K.HARD, R.HOST_UNKNOWN),
        ("5.4.4", "X-Postfix; Host or domain name not found. Name service error", K.HARD, R.HOST_UNKNOWN),
        ("5.1.10", "smtp; 556 5.1.10 Recipient address has null MX", K.HARD, R.NOT_ACCEPTED),
        ("5.1.6", "smtp; 551 5.1.6 recipient has moved to other@b.example", K.HARD, R.MOVED),
        (
            "5.2.1",
            "smtp; 550 5.2.1 The email account that you tried to reach is disabled",
            K.HARD,
            R.SUSPENDED,
        ),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", K.SOFT, R.MAILBOX_FULL),
        ("5.2.2", "smtp; 552 5.2.2 The recipient's inbox is out of storage space", K.SOFT, R.MAILBOX_FULL),
        ("5.2.3", "smtp; 552 5.2.3 message size exceeds the limit", K.SOFT, R.TOO_LARGE),
        ("5.7.1", "smtp; 554 5.7.1 Message rejected as spam by Content Filtering", K.SOFT, R.CONTENT),
        ("5.7.1", "smtp; 554 5.7.1 Service unavailable; blocked using a dnsbl", K.SOFT, R.REPUTATION),
        ("5.7.26", "smtp; 550 5.7.26 Unauthenticated email is not accepted", K.SOFT, R.AUTH_FAILURE),
        ("5.7.1", "smtp; 550 5.7.1 Delivery not authorized, message refused", K.SOFT, R.POLICY),
        ("5.7.1", "smtp; 550 5.7.1 relaying denied", K.SOFT, R.POLICY),
        ("4.7.1", "smtp; 450 4.7.1 Greylisted, try again in 300 seconds", K.SOFT, R.GREYLISTED),
        ("4.7.0", "smtp; 421 4.7.0 Too many connections from your IP", K.SOFT, R.RATE_LIMITED),
        ("4.4.1", "X-Postfix; connect to mx.b.example[192.0.2.1]:25: Connection refused", K.SOFT, R.NETWORK),
        ("4.4.7", "smtp; 450 4.1.1 user unknown", K.SOFT, R.USER_UNKNOWN),
        # codes that say one thing beside words that say another: nobody is blamed
        ("5.1.1", "smtp; 550 5.1.1 Message rejected due to spam content", K.SOFT, R.CONTENT),
        ("5.1.1", "smtp; 550 5.1.1 your IP has been blocked", K.SOFT, R.REPUTATION),
        ("5.1.1", "smtp; 550 5.1.1 max message size exceeded", K.SOFT, R.TOO_LARGE),
        ("5.0.0", "smtp; 554 transaction failed", K.UNKNOWN, R.OTHER),
        ("5.0.0", "", K.UNKNOWN, R.OTHER),
        # names of hosts and addresses are no words
        ("5.0.0", "smtp; host user-unknown.example[192.0.2.1] said: 554 sorry", K.UNKNOWN, R.OTHER),
        (
            "5.7.1",
            "smtp; host mx.mailbox.full.example said: 554 5.7.1 <no.such.user@b.example> sorry",
            K.SOFT,
            R.POLICY,
        ),
        ("5.0.0", "smtp; 550 sender unknown (in reply to MAIL FROM command)", K.SOFT, R.POLICY),
    ],
)
def test_the_reason_decides(status: str, diagnostic: str, kind: EventKind, reason: EventReason) -> None:
    (event,) = parse(dsn(diagnostic, status=status))
    assert (event.kind, event.reason) == (kind, reason)
    assert event.recipients == (ADDRESS,)
    assert event.parser == "dsn"


def test_a_delay_is_no_bounce() -> None:
    (event,) = parse(dsn("smtp; 450 4.2.2 mailbox full", status="4.2.2", action="delayed"))
    assert (event.kind, event.reason) == (K.DELAYED, R.MAILBOX_FULL)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_change_nothing(action: str) -> None:
    (event,) = parse(dsn("", status="2.0.0", action=action))
    assert (event.kind, event.reason) == (K.UNKNOWN, None)


def test_it_says_which_delivery_and_when() -> None:
    (event,) = parse(dsn(more="Last-Attempt-Date: Tue, 6 Jan 2026 10:00:00 +0100"))
    assert event.clues.bounce_addresses == (TOKEN,)
    assert event.clues.message_id == "17.4.0011223344556677@example.org"
    assert event.clues.unsubscribe_url == "https://news.example.org/unsubscribe/abc"
    assert event.clues.feedback_id == "17:weekly:digest:abc"
    assert event.at == datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
    assert (event.code, event.smtp_code) == ("5.1.1", 550)
    assert "final-recipient" in event.evidence


def test_the_envelope_s_recipient_goes_first() -> None:
    other = TOKEN.replace("afvv", "bfvv")
    (event,) = parse(dsn(), delivered_to=other)
    assert event.clues.bounce_addresses == (other, TOKEN)


def test_behind_an_alias_we_know_whom_we_wrote_to() -> None:
    (event,) = parse(dsn(final="inner@elsewhere.example"))
    assert event.recipients == (ADDRESS,)
    foreign = "Received: by x\nFrom: a@example.net\nTo: list@example.net\nMIME-Version: 1.0\n\nHello"
    original = "Original-Recipient: rfc822;ana+2Bnews@reader.example"
    (event,) = parse(dsn(final="inner@elsewhere.example", more=original, returned=foreign))
    assert event.recipients == ("ana+news@reader.example",)


def test_recipients_that_fared_alike_are_one_event() -> None:
    statuses = "\n\n".join(
        f"Final-Recipient: rfc822; reader{number}@a.example\nAction: failed\nStatus: {status}"
        for number, status in enumerate(("5.1.1", "5.2.2") * 5_000)
    )
    events = parse(dsn(more=f"\n{statuses}"))
    assert {(event.kind, event.reason) for event in events} == {
        (K.HARD, R.USER_UNKNOWN),
        (K.SOFT, R.MAILBOX_FULL),
    }
    assert sum(len(event.recipients) for event in events) <= MOST_RECIPIENTS + 1


def test_recipients_without_an_empty_line_between_are_two() -> None:
    more = "Final-Recipient: rfc822; bo@b.example\nAction: failed\nStatus: 5.2.2"
    events = parse(dsn(more=more, returned=""))
    assert [event.recipients for event in events] == [(ADDRESS,), ("bo@b.example",)]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda raw: raw.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(lambda raw: raw.replace(b"\n", b"\r"), id="CR only"),
        pytest.param(lambda raw: raw.replace(b'boundary="=_b"', b'boundary="other"'), id="other boundary"),
        pytest.param(lambda raw: raw.replace(b"--=_b--", b""), id="no end"),
        pytest.param(lambda raw: raw.replace(b"charset=us-ascii", b"charset=punycode"), id="hostile charset"),
        pytest.param(lambda raw: b"From MAILER-DAEMON Mon Jan  5 09:00:02 2026\n" + raw, id="mbox"),
        pytest.param(lambda raw: raw + b"x" * 2_000_000, id="much after it"),
        pytest.param(
            lambda raw: raw.replace(b"report-type=", b"\nreport-type="), id="a fold without its indent"
        ),
        pytest.param(lambda raw: raw.replace(b"multipart/report", b"multipart/mixed"), id="mixed"),
    ],
)
def test_what_was_broken_on_the_way_is_read(broken) -> None:
    (event,) = parse(broken(dsn()))
    assert (event.kind, event.reason, event.recipients) == (K.HARD, R.USER_UNKNOWN, (ADDRESS,))


def test_a_report_that_somebody_forwards_is_read() -> None:
    message = person("See below", subject="Fwd: Undelivered")
    head, _, body = message.partition(b"\n\n")
    text = body.decode()
    wrapped = (
        head.replace(b"text/plain", b"multipart/mixed; boundary=w").replace(b'; charset="utf-8"', b"")
        + f"\n\n--w\nContent-Type: text/plain\n\n{text}\n--w\nContent-Type: message/rfc822\n\n".encode()
        + dsn()
        + b"\n--w--\n"
    )
    (event,) = parse(wrapped)
    assert (event.kind, event.reason) == (K.HARD, R.USER_UNKNOWN)


def test_a_bounce_of_a_bounce_is_about_the_outer_one() -> None:
    inner = dsn("smtp; 550 5.1.1 User unknown").decode().replace("=_b", "=_inner")
    (event,) = parse(dsn("smtp; 552 5.2.2 mailbox full", status="5.2.2", returned=inner))
    assert event.reason is R.MAILBOX_FULL


def test_the_returned_message_is_no_reason() -> None:
    spam = RETURNED + "\nuser unknown, mailbox full, spam"
    (event,) = parse(dsn("", status="5.0.0", returned=spam))
    assert event.kind is K.UNKNOWN
