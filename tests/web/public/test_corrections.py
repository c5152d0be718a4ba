"""Corrections on the page of an issue and in the feed."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from lxml import etree, html
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.corrections.correct_page import correct_page
from newsletter.document.blocks import BLOCKS
from newsletter.issues.models import Issue
from newsletter.issues.published import find_published
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.public.published import FRIDAY, found, page, publish

PATH, FEED = "/archive/weekly/one", "/archive/weekly/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def issue(session: Session, weekly: Publication) -> Issue:
    publish(session, weekly, "two", FRIDAY + timedelta(days=7))
    return publish(session, weekly, title="Seven boats", sections=(BLOCKS["text"].example(),))


def correct(session: Session, issue: Issue, title: str, note: str, links: Links) -> None:
    document = find_published(session, issue.publication, issue.slug).document
    correct_page(
        session,
        issue.id,
        document.model_copy(update={"title": title}),
        note,
        links,
        actor="ana@press.example",
    )
    session.commit()


@both_databases
def test_the_page_and_the_feed_show_each_with_its_day(
    client: FlaskClient, session: Session, issue: Issue, links: Links
) -> None:
    assert "Correction" not in client.get(PATH).text
    assert client.get(FEED).status_code == 200
    for day, title, note in (
        (9, "Eight boats", "There were <eight>."),
        (10, "Eight ships", "They are\nships."),
    ):
        with time_machine.travel(FRIDAY + timedelta(days=day), tick=False):
            correct(session, issue, title, note, links)
        assert note.splitlines()[0] in page(client, PATH).text_content()
    shown = page(client, PATH)
    [section] = found(shown, "//section[@aria-label='Corrections']")
    said = " ".join(section.text_content().split())
    assert said == (
        "Correction, 24 May 2026: There were <eight>. Removed: Seven Added: Eight boats "
        "Correction, 25 May 2026: They are ships. Eight Removed: boats Added: ships"
    )
    assert found(section, ".//del/text()") == ["Seven", "boats"]
    assert found(section, ".//ins/text()") == ["Eight", "ships"]
    times = found(section, ".//time/@datetime")
    assert times == ["2026-05-24T06:00:00+00:00", "2026-05-25T06:00:00+00:00"]
    assert found(shown, "//h1/text()") == ["Eight ships"]
    assert found(shown, "//meta[@property='article:modified_time']/@content") == times[-1:]
    feed = etree.fromstring(client.get(FEED).data)
    entries = {entry.findtext(f"{ATOM}title"): entry for entry in feed.findall(f"{ATOM}entry")}
    corrected, other = entries["Eight ships"], entries["Issue two"]
    assert corrected.findtext(f"{ATOM}updated") == feed.findtext(f"{ATOM}updated") == times[-1]
    assert corrected.findtext(f"{ATOM}published").startswith("2026-05-15")
    assert other.findtext(f"{ATOM}updated") == other.findtext(f"{ATOM}published")
    content = html.fragment_fromstring(corrected.findtext(f"{ATOM}content"), create_parent="div")
    assert "There were <eight>." in content.text_content()


def test_it_speaks_the_language_of_the_publication(
    client: FlaskClient, session: Session, weekly: Publication, issue: Issue, links: Links
) -> None:
    weekly.language = "de"
    session.commit()
    correct(session, issue, "Acht Boote", "Es waren acht.", links)
    said = client.get(PATH).text
    assert 'aria-label="Korrekturen"' in said
    assert "Entfernt:" in said
