"""Headers: facts become lines that every program reads the same way; nothing can be slipped in between."""

import re
from email import message_from_bytes, policy
from email.headerregistry import AddressHeader, DateHeader
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.core.errors import Refused
from newsletter.rendering.filling import header_filler
from newsletter.rendering.headers import HeaderForm, MessageHeaders, build_headers
from newsletter.rendering.slots import Slot, SlotMode, SlotTable

VALUES = {
    "email": "ana@example.org",
    "name": "Ana",
    "date": "Fri, 01 Jan 2027 08:00:00 +0100",
    "message_id": "41.7@news.example.org",
    "unsubscribe_url": "https://news.example.org/u/abc",
}
SENDER = MessageHeaders(from_email="news@example.org")


def write(
    facts: MessageHeaders = SENDER,
    subject: str = "Hello",
    values: dict[str, str] | None = None,
    slots: SlotTable | None = None,
) -> bytes:
    lines = b""
    for header in build_headers(facts, subject, slots or SlotTable()):
        if header.form is HeaderForm.READY:
            lines += "".join(str(piece) for piece in header.value).encode("ascii")
        else:
            lines += header_filler(header)(VALUES | (values or {}))
    return lines


def read(lines: bytes) -> EmailMessage:
    message = message_from_bytes(lines + b"\r\n", policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


FULL = MessageHeaders(
    from_email="news@bücher.example",
    from_name="Zoë, Coalition Weekly",
    reply_to="desk@example.org",
    list_id="weekly.example.org",
    list_name="Coalition Weekly",
    unsubscribe=True,
    unsubscribe_mailto="mailto:u@example.org?subject=stop",
    help_url="https://example.org/help",
    owner="mailto:owner@example.org",
    archive_url="https://example.org/archive/weekly/",
    feedback_id="m41:weekly:issue:example",
    auto_submitted=True,
    extra=(("X-Delivery", "41-7"),),
)


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


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/u/a", {"List-Unsubscribe", "List-Unsubscribe-Post"}),
        ("http://localhost:8000/u/a", {"List-Unsubscribe"}),
        ("", set()),
        ("javascript:alert(1)", set()),
    ],
)
def test_one_click_is_promised_only_over_https(url: str, expected: set[str]) -> None:
    facts = MessageHeaders(from_email="news@example.org", unsubscribe=True)
    names = set(read(write(facts, values={"unsubscribe_url": url})).keys())
    assert {name for name in names if name.startswith("List-")} == expected


def test_without_a_url_the_mailto_stands_alone() -> None:
    facts = MessageHeaders(
        from_email="news@example.org", unsubscribe=True, unsubscribe_mailto="mailto:u@example.org"
    )
    message = read(write(facts, values={"unsubscribe_url": ""}))
    assert message["List-Unsubscribe"] == "<mailto:u@example.org>"
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/a>,<https://evil.example/",
        "https://x.example/\r\nBcc: b@x.example",
        "https://x.example/ü b",
    ],
)
def test_an_odd_unsubscribe_url_stays_one_ascii_uri(url: str) -> None:
    message = read(write(FULL, values={"unsubscribe_url": url}))
    assert "Bcc" not in message
    uris = re.findall(r"<([^<>]*)>", message["List-Unsubscribe"])
    assert [uri.split(":")[0] for uri in uris] == ["https", "mailto"]
    assert message["List-Unsubscribe"].isascii()


def test_the_mailto_may_hold_slots() -> None:
    slots = SlotTable()
    token = slots.sentinel(Slot("token", "none", SlotMode.URL_PART))
    facts = MessageHeaders(
        from_email="news@example.org", unsubscribe=True, unsubscribe_mailto=f"mailto:u+{token}@example.org"
    )
    lines = write(facts, values={"token": "a b>"}, slots=slots)
    assert b"<mailto:u+a%20b%3E@example.org>" in lines


def test_a_subject_with_slots_is_encoded_as_a_whole() -> None:
    slots = SlotTable()
    subject = f"For {slots.sentinel(Slot('first_name', 'reader'))}: the week"
    assert b"Subject: For reader: the week\r\n" in write(subject=subject, slots=slots)
    lines = write(subject=subject, slots=slots, values={"first_name": "Žarko " * 20})
    assert read(lines)["Subject"] == f"For {'Žarko ' * 20}: the week"
    assert all(len(line) <= 76 for line in lines.split(b"\r\n"))


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


def test_literal_values_that_look_encoded_decode_to_nothing_else() -> None:
    slots = SlotTable()
    word = "=?utf-8?q?=0D=0ABcc:_x=40y?="
    facts = MessageHeaders(
        from_email="news@example.org",
        unsubscribe=True,
        extra=(("X-Token", slots.sentinel(Slot("token"))),),
    )
    values = {"token": word, "unsubscribe_url": f"https://x.example/?a={word}", "message_id": f"{word}@x"}
    message = read(write(facts, values=values, slots=slots))
    assert "Bcc" not in message
    assert message["List-Unsubscribe"] == "<https://x.example/?a==%3Futf-8?q?=0D=0ABcc:_x=40y?=>"
    assert not any(re.search("[\\r\\n]", str(value)) for value in message.values())


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


TEXT = st.text(st.one_of(st.characters(), st.sampled_from('\r\n\0 <>,;:"=?@é\x85\u2028\ud800')), max_size=120)


@given(name=TEXT, first_name=TEXT, email=TEXT, url=TEXT, token=TEXT)
@example(
    name="a\r\nBcc: x@y",
    first_name="\nBcc: x@y",
    email="a@b>\r\nBcc: <x@y",
    url="https://a\n\n",
    token="\r\n\r\n",
)
@example(name="=?utf-8?q?=0ABcc:?=", first_name="=?utf-8?b?Cg==?=", email="é@é", url="https://é", token="é")
@settings(deadline=None)
def test_no_value_of_a_recipient_adds_a_header_or_stops_the_message(
    name: str, first_name: str, email: str, url: str, token: str
) -> None:
    slots = SlotTable()
    facts = MessageHeaders(
        from_email="news@example.org",
        unsubscribe=True,
        extra=(("X-Token", slots.sentinel(Slot("token", "none"))),),
    )
    subject = f"For {slots.sentinel(Slot('first_name', 'reader'))}"
    values = {"name": name, "first_name": first_name, "email": email, "unsubscribe_url": url, "token": token}
    lines = write(facts, subject, values, slots)
    assert all(len(line) <= 998 for line in lines.split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0|\r\n[ \t]*\r\n", lines)
    names = [line.partition(b":")[0] for line in lines.split(b"\r\n") if line and not line.startswith(b" ")]
    allowed = [
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"List-Unsubscribe",
        b"List-Unsubscribe-Post",
        b"X-Token",
    ]
    assert names == [name for name in allowed if name in names]
    assert set(allowed) - set(names) <= {b"List-Unsubscribe", b"List-Unsubscribe-Post"}


@given(from_name=TEXT, list_name=TEXT, subject=TEXT)
@settings(deadline=None)
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
    assert message["Subject"] == subject.replace("\ud800", "?")
    assert isinstance(message["From"], AddressHeader)
    assert [address.addr_spec for address in message["From"].addresses] == ["news@example.org"]
