"""Which sites may sign readers up, and what the form asks for."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.choices import offer_at_sign_up
from newsletter.subscribers.sign_up_form import SignUpForm, change_sign_up_form, check_sites
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        (" https://Www.Example.org/ \n\nhttps://www.example.org:443", "https://www.example.org"),
        ("http://localhost:3000\nhttp://[::1]:8080", "http://localhost:3000\nhttp://[::1]:8080"),
        ("https://müller.example", "https://xn--mller-kva.example"),
    ],
)
def test_sites_are_kept_as_browsers_write_them(text: str, kept: str) -> None:
    assert check_sites(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "www.example.org",
        "https://www.example.org/path",
        "https://www.example.org?q",
        "https://ana@www.example.org",
        "ftp://example.org",
        "https://exa mple.org",
        "https://example.org:99999",
        "https://",
        "https://x.example" + "/" * 400,
        "\n".join(f"https://s{number}.example" for number in range(51)),
    ],
)
def test_what_is_no_site_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_sites(text)
    assert set(refusal.value.fields) == {"sites"}


def test_the_form_asks_for_exactly_this_and_the_change_is_noted_once(
    session: Session, publication: Publication
) -> None:
    create_topic(session, publication, "Sport", actor="test")
    create_topic(session, publication, "Opera", actor="test")
    create_tag(session, publication, "Teacher", by_readers=True, actor="test")
    create_tag(session, publication, "Difficult", actor="test")
    session.commit()
    asked = SignUpForm(["opera"], ["teacher", "difficult"], [], language=True, sites="https://a.example")
    for _ in range(2):
        change_sign_up_form(session, publication.id, asked, actor="ed@press.example")
        session.commit()
    offer = offer_at_sign_up(session, publication.id)
    assert [topic.key for topic in offer.topics] == ["opera"]
    assert [tag.key for tag in offer.tags] == ["teacher"]
    assert (publication.language_at_sign_up, publication.sign_up_sites) == (True, "https://a.example")
    noted = select(AuditEntry).where(AuditEntry.action == "publication.sign_up_form")
    assert len(session.scalars(noted).all()) == 1
