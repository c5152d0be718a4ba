"""The page of suspect sign-ups."""

from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.deferred.defer import defer_sign_up
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.consent import words
from newsletter.subscribers.models import ConsentSource
from tests.databases import both_databases
from tests.deciding import decide_all
from tests.web.admin.subscribers.requests import XSS, read
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/subscribers/suspects"


def held(session: Session, publication: Publication, *names: str) -> None:
    for name in names:
        defer_sign_up(
            session,
            publication=publication,
            address=parse_address(f"{name}@mailinator.com"),
            name=XSS,
            words=words(publication.name, "en"),
            source=ConsentSource.SITE,
            ip="192.0.2.7",
        )
    session.commit()
    decide_all(session)


def boxes(page: str) -> list[str]:
    return [str(box.get("value")) for box in html.fromstring(page).cssselect("[name=suspect]")]


@both_databases
def test_editors_let_in_and_drop(editor_client: SignedIn, session: Session, publication: Publication) -> None:
    assert "No suspects" in read(editor_client, PAGE)
    assert "Suspects" not in read(editor_client, "/admin/p/morning/subscribers")
    held(session, publication, "ana", "bo", "cy")
    page = read(editor_client, PAGE)
    for shown in ("ana@mailinator.com", "a disposable address", "192.0.2.7", "another site"):
        assert shown in page
    assert XSS not in page
    assert "Suspects (3)" in read(editor_client, "/admin/p/morning/subscribers")
    ana, bo, _cy = boxes(page)
    assert editor_client.post(f"{PAGE}/let-in", data={"suspect": [ana, "x", "9" * 50]}).status_code == 303
    assert "1 sign-up was let in" in read(editor_client, PAGE)
    assert editor_client.post(f"{PAGE}/drop", data={"suspect": [ana, bo]}).status_code == 303
    assert "1 sign-up was dropped" in read(editor_client, PAGE)
    assert editor_client.post(f"{PAGE}/drop").status_code == 303
    page = read(editor_client, PAGE)
    assert "Tick at least one sign-up first" in page
    assert len(boxes(page)) == 1
    message = session.scalars(select(SystemMessage)).one()
    assert (message.kind, message.recipient) == ("confirmation", "ana@mailinator.com")


def test_home_says_that_suspects_wait_and_that_an_attack_goes_on(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    home = "/admin/p/morning"
    assert "suspect" not in read(editor_client, home)
    held(session, publication, "ana")
    page = read(editor_client, home)
    assert "Some sign-ups look suspect" in page
    assert f'href="{PAGE}"' in page
    publication.under_attack_since = clock.now()
    session.commit()
    page = read(editor_client, home)
    assert "far more sign-ups than usual" in page
    assert "Review suspect sign-ups (1)" in page
