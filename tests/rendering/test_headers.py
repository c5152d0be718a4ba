"""Headers: facts become lines that every program reads the same way; nothing can be slipped in between."""

import re
from email import policy
from email.headerregistry import AddressHeader, DateHeader
from email.message import EmailMessage

import pytest
from hypothesis import given

from newsletter.core.errors import Refused
from newsletter.rendering.headers import MessageHeaders
from tests.rendering.header_lines import FULL, TEXT, read, write


def test_every_fact_is_said_once() -> None:
    message = read(write(FULL))
    assert message.items() == [
        ("From", '"Zoë, Coalition Weekly" <news@xn--bcher-kva.example>'),
        ("To", "Ana <ana@example.org>"),
        ("Subject", "Hello"),
        ("Date", "Fri, 01 Jan 2027 08:00:00 +0100"),
        ("Message-ID", "<41.7@news.example.org>"),
        ("Reply-To", "desk@example.org"),
        ("List-Id", "Coalition Weekly <weekly.example.org>"),
        ("List-Unsubscribe", "<https://news.example.org/u/abc>, <mailto:u@example.org?subject=stop>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Post", "NO"),
        ("List-Help", "<https://example.org/help>"),
        ("List-Owner", "<mailto:owner@example.org>"),
        ("List-Archive", "<https://example.org/archive/weekly/>"),
        ("Feedback-ID", "m41:weekly:issue:example"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Delivery", "41-7"),
    ]
    assert isinstance(message["Date"], DateHeader)
    assert message["Date"].datetime
    assert message["Date"].datetime.isoformat() == "2027-01-01T08:00:00+01:00"


def test_what_is_not_said_leaves_no_header() -> None:
    assert read(write()).keys() == ["From", "To", "Subject", "Date", "Message-ID"]


def test_the_unsubscribe_url_is_literal_however_long() -> None:
    """The library's policy would encode a long URL, and no mail program would follow it."""
    url = "https://news.example.org/u/" + "a-_9" * 60
    lines = write(FULL, values={"unsubscribe_url": url})
    assert f"\r\nList-Unsubscribe: <{url}>,\r\n <mailto:".encode() in lines
    library = EmailMessage(policy=policy.SMTP)
    library["List-Unsubscribe"] = f"<{url}>"
    assert url.encode() not in library.as_bytes(), "the trap is gone: this test can say so"


CONTROLS = ["\r\nBcc: x@y.example", "\n", "\r", "\0", "\x0b", "\x85", "\u2028", "\u2029", "\x7f"]


@pytest.mark.parametrize(
    "control", [*CONTROLS, "=?utf-8?q?=0D=0ABcc:_x=40y?=", "=?utf-8?b?AAoA?=", "=?us-ascii?q?=00?="]
)
@pytest.mark.parametrize(
    ("field", "before"),
    [
        ("subject", "Hello"),
        ("from_name", "Weekly"),
        ("from_email", "news@example.org"),
        ("reply_to", "news@example.org"),
        ("list_id", "weekly.example.org"),
        ("list_name", "Weekly"),
        ("unsubscribe_mailto", "mailto:u@example.org"),
        ("help_url", "https://example.org/"),
        ("owner", "mailto:o@example.org"),
        ("archive_url", "https://example.org/"),
        ("feedback_id", "a:b:c:d"),
    ],
)
def test_control_characters_are_refused_by_field_also_when_encoded(
    field: str, before: str, control: str
) -> None:
    facts = {"list_id": "weekly.example.org", "unsubscribe": True, field: f"{before}{control}"}
    subject = str(facts.pop("subject", "Hello"))
    with pytest.raises(Refused) as refused:
        write(MessageHeaders(**{"from_email": "news@example.org"} | facts), subject)  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


def test_a_broken_encoded_word_is_written_so_that_nobody_decodes_it() -> None:
    for subject in ("=?nonsense?q?=0A?=", "=?utf-8?b?A?="):
        assert read(write(subject=subject))["Subject"] == subject


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from_email", "news"),
        ("from_email", ""),
        ("from_email", "a@b, c@d"),
        ("from_email", "néws@example.org"),
        ("from_email", "a@..example"),
        ("reply_to", "Desk <desk@example.org>"),
        ("list_id", "weekly"),
        ("list_id", "<weekly.example.org>"),
        ("owner", "owner@example.org"),
        ("help_url", "javascript:alert(1)"),
        ("archive_url", "https://example.org/a b"),
        ("archive_url", "https://bücher.example/"),
        ("unsubscribe_mailto", "https://example.org/"),
        ("feedback_id", "a:b:c:d:e"),
        ("feedback_id", "a b:c"),
    ],
)
def test_what_is_no_address_or_uri_is_refused(field: str, value: str) -> None:
    facts = {"from_email": "news@example.org", "unsubscribe": True, field: value}
    with pytest.raises(Refused) as refused:
        write(MessageHeaders(**facts))  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    "name",
    [
        "Bcc",
        "Return-Path",
        "From",
        "DKIM-Signature",
        "Content-Type",
        "Received",
        "X-a b",
        "X-a:",
        "X-\r\nBcc",
        "",
    ],
)
def test_headers_that_are_not_ours_to_set_are_refused(name: str) -> None:
    with pytest.raises(Refused):
        write(MessageHeaders(from_email="news@example.org", extra=((name, "x"),)))


def test_a_further_header_is_said_once_and_stays_literal() -> None:
    token = "t" * 120
    assert f"X-Delivery: {token}\r\n".encode() in write(
        MessageHeaders(from_email="news@example.org", extra=(("X-Delivery", token),))
    )
    with pytest.raises(Refused):
        write(MessageHeaders(from_email="news@example.org", extra=(("X-A", "1"), ("x-a", "2"))))


@given(from_name=TEXT, list_name=TEXT, subject=TEXT)
def test_facts_are_refused_or_read_back_as_they_were(from_name: str, list_name: str, subject: str) -> None:
    facts = MessageHeaders(
        from_email="news@example.org", from_name=from_name, list_id="w.example.org", list_name=list_name
    )
    try:
        message = read(write(facts, subject))
    except Refused as refused:
        field = next(iter(refused.fields))
        value = {"from_name": from_name, "list_name": list_name, "subject": subject}[field]
        assert re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", value) or "=?" in value
        return
    assert message.keys() == ["From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Post"]
    assert message["Subject"] == re.sub("[\ud800-\udfff]", "?", subject)
    assert isinstance(message["From"], AddressHeader)
    assert [address.addr_spec for address in message["From"].addresses] == ["news@example.org"]
