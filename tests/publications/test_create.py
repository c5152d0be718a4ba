"""Making a publication."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.publications.create import create_publication
from newsletter.publications.find import all_publications, find_publication
from newsletter.publications.settings import check_settings, parse_sender

GOOD: dict[str, Any] = {
    "slug": "morning",
    "name": "The Morning",
    "sender": "Ana at The Morning <ana@press.example>",
    "postal_address": "1 Quay Street\nGalway",
    "actor": "test",
}


def test_it_is_there_with_its_sender(session: Session) -> None:
    made = create_publication(session, **GOOD, reply_to="desk@press.example", timezone="Europe/Rome")
    session.commit()
    assert find_publication(session, "morning") is made
    assert (made.sender_name, made.sender_email) == ("Ana at The Morning", "ana@press.example")
    assert made.reply_to == "desk@press.example"
    assert all_publications(session) == [made]


def test_a_slug_is_taken_once(session: Session) -> None:
    create_publication(session, **GOOD)
    with pytest.raises(Conflict):
        create_publication(session, **GOOD)
    assert len(all_publications(session)) == 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("slug", "", "slug"),
        ("slug", "Morning", "slug"),
        ("slug", "a/b", "slug"),
        ("slug", "-a", "slug"),
        ("slug", "a" * 64, "slug"),
        ("slug", "é", "slug"),
        ("name", " ", "name"),
        ("name", "a" * 121, "name"),
        ("name", "a\r\nBcc: x@y.example", "name"),
        ("sender", "nobody", "from"),
        ("sender", "", "from"),
        ("sender", "Ana\r\nBcc: x@y.example <ana@press.example>", "from"),
        ("sender", "Ana <ana@press.example\r\nx>", "from"),
        ("sender", "a <b@c.example> <d@e.example>", "from"),
        ("sender", "Zoë <zoë@press.example>", "from"),
        ("sender", "desk@localhost.localdomain", "from"),
        ("reply_to", "zoë@press.example", "reply_to"),
        ("postal_address", "1 Quay Street\0", "postal_address"),
        ("postal_address", "x" * 501, "postal_address"),
        ("description", "x" * 1001, "description"),
        ("description", "a\x1b[2J", "description"),
        ("reply_to", "nobody", "reply_to"),
        ("language", "xx", "language"),
        ("language", "", "language"),
        ("language", "en-" + "x" * 40, "language"),
        ("timezone", "Europe/Atlantis", "timezone"),
        ("timezone", "../etc/passwd", "timezone"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_name(session: Session, field: str, value: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        create_publication(session, **{**GOOD, field: value})
    assert told in refused.value.fields
    assert all_publications(session) == []


@pytest.mark.parametrize(
    ("text", "name", "email"),
    [
        ("ana@press.example", "", "ana@press.example"),
        ("<ana@press.example>", "", "ana@press.example"),
        ('"Lim, Ana" <ana@press.example>', "Lim, Ana", "ana@press.example"),
        ("النشرة <ana@press.example>", "النشرة", "ana@press.example"),
    ],
)
def test_senders(text: str, name: str, email: str) -> None:
    found, address = parse_sender(text)
    assert (found, address.email) == (name, email)


def test_an_unknown_one_is_missing(session: Session) -> None:
    for slug in ("evening", "", "a\0b", "x" * 5000):
        with pytest.raises(Missing):
            find_publication(session, slug)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        check_settings(slug="A B", name="", sender_name="", sender_email="nobody", timezone="Mars/Olympus")
    assert set(refused.value.fields) == {"slug", "name", "sender_email", "timezone"}
    assert all(problem.endswith(".") for problem in refused.value.fields.values())


def test_a_postal_address_may_come_later(session: Session) -> None:
    made = create_publication(session, **{**GOOD, "postal_address": "  \n"})
    assert made.postal_address == ""


def test_line_breaks_of_browsers_become_plain_ones() -> None:
    facts = check_settings(
        slug="a", name="النشرة", sender_name="", sender_email="a@b.example", postal_address="1\r\n2\r3\n"
    )
    assert facts.postal_address == "1\n2\n3"
    assert facts.sender_name == facts.name == "النشرة"
