"""Links that readers suggest, below the page."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.curation.suggest import SENDERS_ARE_KEPT, forget_senders, read_link, suggest_link
from newsletter.publications.models import Publication

URL = "https://post.example/a"


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        (f" {URL} ", URL),
        (f"<{URL}>.", URL),
        ("post.example/a", URL),
        ("www.post.example", "https://www.post.example"),
        ("post.example:8443/a?b#c", "https://post.example:8443/a?b#c"),
        ("post", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,post.example", ""),
        ("ftp://post.example/a", ""),
        ("ana@post.example", ""),
        ("https://post.example@elsewhere.example/a", ""),
        ("https://exa\u202emple.example/a", ""),
        ("e.g. this", ""),
        ("", ""),
    ],
)
def test_one_link_is_read(typed: str, link: str) -> None:
    assert read_link(typed) == link


def test_senders_are_forgotten(session: Session, publication: Publication) -> None:
    publication.suggestions = True
    old, new = (
        suggest_link(session, publication, f"{URL}{number}", name="Ana", email="ana@example.org")
        for number in range(2)
    )
    assert old is not None
    assert new is not None
    assert old.sender == "Ana <ana@example.org>"
    old.created_at = clock.now() - SENDERS_ARE_KEPT - timedelta(minutes=1)
    session.flush()
    forget_senders(session)
    session.expire_all()
    assert (old.sender, new.sender) == ("", "Ana <ana@example.org>")


def test_a_publication_that_wants_none_gets_none(session: Session, publication: Publication) -> None:
    with pytest.raises(Refused):
        suggest_link(session, publication, URL)
