"""`/l/<token>`: leads where the link of a mailing leads now, and nowhere that a stranger says."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.db import make_engine
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.redirects.models import MailingLink
from newsletter.redirects.record import add_links
from newsletter.sending.schedule import schedule
from newsletter.web import database
from tests.databases import both_databases
from tests.factories import make_issue, make_subscription

MILL = "https://tide.example/mill?a=1&b=%C3%BC"
UNREACHABLE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def link(session: Session, weekly: Publication, links: Links) -> MailingLink:
    make_subscription(session, weekly, "reader@readers.example")
    schedule(session, make_issue(session, weekly), None, links, actor="test")
    add_links(session, session.scalars(select(Mailing.id)).one(), {MILL: MILL})
    session.commit()
    return session.scalars(select(MailingLink)).one()


@pytest.fixture
def path(session: Session, link: MailingLink, links: Links) -> str:
    made = links.redirect(link.id).removeprefix(links.public_url)
    session.rollback()
    return made


@both_databases
def test_it_leads_on_without_a_trace(client: FlaskClient, session: Session, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.headers["Location"]) == (302, MILL)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    session.query(MailingLink).update({"target": "https://tide.example/the-mill"})
    session.commit()
    assert client.get(path).headers["Location"] == "https://tide.example/the-mill"
    assert client.get(f"{path}?url=https://evil.example/").headers["Location"].startswith("https://tide.")
    assert client.post(path).status_code == 405


def test_what_is_forged_or_of_something_else_is_a_page_that_says_so(
    client: FlaskClient, session: Session, link: MailingLink, path: str, links: Links
) -> None:
    other = [links.signer.sign(purpose, link.id) for purpose in Purpose if purpose is not Purpose.REDIRECT]
    ids = [links.signer.sign(Purpose.REDIRECT, *ids) for ids in ((), (link.id, 1), (link.id + 1,))]
    session.rollback()
    token = path.removeprefix("/l/")
    changed = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(len(token))]
    for forged in (*other, *ids, *changed, token[:-1], f"{token}x", "x", "%00", "https://evil.example"):
        answer = client.get(f"/l/{forged}")
        assert answer.status_code == 404, forged
        assert "Location" not in answer.headers
    page = client.get("/l/x", headers={"Accept-Language": "de"}).text
    assert "Dieser Link ist nicht vollständig" in page
    assert "/l/x" not in page


def test_while_the_database_is_away_links_that_were_followed_lead_on(
    app: Flask, client: FlaskClient, path: str, links: Links, link: MailingLink, session: Session
) -> None:
    unknown = links.redirect(link.id + 1).removeprefix(links.public_url)
    session.rollback()
    assert client.get(path).status_code == 302
    database.use(app, make_engine(UNREACHABLE))
    assert client.get(path).headers["Location"] == MILL
    answer = client.get(unknown)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert client.get(f"{path}x").status_code == 404
