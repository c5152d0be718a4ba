"""Filling: whatever a recipient's values hold, the header stays one header."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.core.bidi import has_rtl, isolated, without_overrides
from newsletter.core.text import CONTROL_IN_LINES, several_lines
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.slot_writers import write_text
from newsletter.rendering.slots import Slot, SlotMode, SlotTable
from tests.rendering.header_lines import FULL, TEXT, read, write


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
    token = slots.placeholder(Slot("token", "none", SlotMode.URL_PART))
    facts = MessageHeaders(
        from_email="news@example.org", unsubscribe=True, unsubscribe_mailto=f"mailto:u+{token}@example.org"
    )
    lines = write(facts, values={"token": "a b>"}, slots=slots)
    assert b"<mailto:u+a%20b%3E@example.org>" in lines


def test_a_subject_with_slots_is_encoded_as_a_whole() -> None:
    slots = SlotTable()
    subject = f"For {slots.placeholder(Slot('first_name', 'reader'))}: the week"
    assert b"Subject: For reader: the week\r\n" in write(subject=subject, slots=slots)
    lines = write(subject=subject, slots=slots, values={"first_name": "Žarko " * 20})
    assert read(lines)["Subject"] == f"For {'Žarko ' * 20}: the week"
    assert all(len(line) <= 76 for line in lines.split(b"\r\n"))


def test_literal_values_that_look_encoded_decode_to_nothing_else() -> None:
    slots = SlotTable()
    word = "=?utf-8?q?=0D=0ABcc:_x=40y?="
    facts = MessageHeaders(
        from_email="news@example.org",
        unsubscribe=True,
        extra=(("X-Token", slots.placeholder(Slot("token"))),),
    )
    values = {"token": word, "unsubscribe_url": f"https://x.example/?a={word}", "message_id": f"{word}@x"}
    message = read(write(facts, values=values, slots=slots))
    assert "Bcc" not in message
    assert message["List-Unsubscribe"] == "<https://x.example/?a==%3Futf-8?q?=0D=0ABcc:_x=40y?=>"
    assert not any(re.search("[\\r\\n]", str(value)) for value in message.values())


@given(name=TEXT, first_name=TEXT, email=TEXT, url=TEXT, token=TEXT)
@example(
    name="a\r\nBcc: x@y",
    first_name="\nBcc: x@y",
    email="a@b>\r\nBcc: <x@y",
    url="https://a\n\n",
    token="\r\n\r\n",
)
@example(name="=?utf-8?q?=0ABcc:?=", first_name="=?utf-8?b?Cg==?=", email="é@é", url="https://é", token="é")
def test_no_value_of_a_recipient_adds_a_header_or_stops_the_message(
    name: str, first_name: str, email: str, url: str, token: str
) -> None:
    slots = SlotTable()
    facts = MessageHeaders(
        from_email="news@example.org",
        unsubscribe=True,
        extra=(("X-Token", slots.placeholder(Slot("token", "none"))),),
    )
    subject = f"For {slots.placeholder(Slot('first_name', 'reader'))}"
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


@given(st.text(max_size=8))
@example("Ana 🎉❤\ufe0f")
@example("\U00010ac0 \U0001e900 \ufb1d \ufeff \uffef\x7f")
def test_the_short_way_through_the_text_part_changes_nothing(value: str) -> None:
    cleaned = without_overrides(CONTROL_IN_LINES.sub("", several_lines(value)))
    assert write_text(value) == (isolated(cleaned) if has_rtl(cleaned) else cleaned)
