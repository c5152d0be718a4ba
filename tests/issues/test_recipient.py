"""A recipient's values: plain, quick, and the same at every attempt."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.links import Links
from newsletter.core.tokens import Purpose, Signer
from newsletter.issues.recipient import MailingIdentity, Recipient, first_name, message_id, recipient_values
from newsletter.rendering.compile import compile_message
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.slots import Slot, SlotTable

SIGNER = Signer(["a secret"])
LINKS = Links("https://news.example.org", SIGNER)
NOW = datetime(2026, 11, 20, 7, 0, 30, tzinfo=UTC)


IDENTITY = MailingIdentity(
    mailing_id=3, links=LINKS, domain="weekly.example", publication_name="The Weekly", origin="here"
)
ANA = Recipient(
    seq=41,
    subscriber_id=6,
    subscription_id=5,
    email="ana@readers.example",
    name="Ana Petrović",
    attributes={"city": "Rome", "points": 7, "gone": None},
)


def values(now: datetime = NOW, fields: frozenset[str] | None = None, **changes: object) -> dict[str, str]:
    return recipient_values(IDENTITY, replace(ANA, **changes), now, fields)  # type: ignore[arg-type]


def test_values_of_a_person() -> None:
    made = values()
    assert made["first_name"] == "Ana"
    assert made["attributes.city"] == "Rome"
    assert made["attributes.points"] == "7"
    assert "attributes.gone" not in made
    assert made["date"] == "Fri, 20 Nov 2026 07:00:30 +0000"
    token = made["unsubscribe_url"].removeprefix("https://news.example.org/u/")
    assert SIGNER.read(Purpose.UNSUBSCRIBE, token).ids == (5, 3)
    token = made["preferences_url"].removeprefix("https://news.example.org/p/")
    assert SIGNER.read(Purpose.PREFERENCES, token).ids == (6,)


def test_a_link_that_is_not_shown_is_not_signed() -> None:
    assert "preferences_url" not in values(fields=frozenset({"unsubscribe_url"}))
    assert "unsubscribe_url" in values(fields=frozenset())


def test_the_message_id_is_the_same_at_each_attempt() -> None:
    later = values(now=NOW + timedelta(hours=5), name="Ana Renamed")
    assert values()["message_id"] == later["message_id"]
    assert re.fullmatch(r"3\.41\.[0-9a-f]{16}@weekly\.example", later["message_id"])


def test_message_ids_differ_between_deliveries_and_installations() -> None:
    facts = [(m, s, origin) for m in range(1, 12) for s in range(1, 112) for origin in ("here", "there")]
    assert len({message_id(m, s, "weekly.example", origin) for m, s, origin in facts}) == len(facts)


@given(
    name=st.text(max_size=80),
    attributes=st.dictionaries(st.text(max_size=10), st.none() | st.integers() | st.text() | st.booleans()),
)
def test_odd_values_of_a_person_stop_no_mailing(name: str, attributes: dict[str, object]) -> None:
    slots = SlotTable()
    hello = f"Dear {slots.placeholder(Slot('name', 'reader'))}, {slots.placeholder(Slot('attributes.x'))}"
    compiled = compile_message(
        f"<html><body><p>{hello}</p></body></html>",
        hello,
        hello,
        MessageHeaders(from_email="editor@weekly.example", unsubscribe=True),
        slots,
    )
    message = message_from_bytes(
        compiled.fill(values(name=name, attributes=attributes)), policy=policy.default
    )
    assert message["Message-ID"] == f"<{values()['message_id']}>"
    assert len(message.get_all("To") or []) == 1
    assert not message.defects


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Ana Ruiz", "Ana"),
        ("Ruiz, Ana María", "Ana"),
        ("de la Cruz, Ana", "Ana"),
        ("Ana Ruiz, PhD", "Ana"),
        ("Mill & Sons, Inc.", "Mill"),
        ("Ruiz,", "Ruiz"),
        ("“Ana” Ruiz", "Ana”"),
        (" ", ""),
        ("", ""),
    ],
)
def test_first_names(name: str, greeted: str) -> None:
    assert first_name(name) == greeted


def test_yes_and_no_are_words() -> None:
    """As they are in files and forms, and not as Python writes them."""
    made = values(attributes={"member": True, "paid": False, "age": 41.5})
    said = [made[f"attributes.{key}"] for key in ("member", "paid", "age")]
    assert said == ["yes", "no", "41.5"]
