"""Links of drafts are checked by workers, and a review says what they found."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.curation.add import add_text
from newsletter.curation.fetch_next import FetchContext
from newsletter.curation.link_checks.check import EVERY
from newsletter.curation.link_checks.models import LinkCheck
from newsletter.curation.models import Via
from newsletter.curation.place import place_entries
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.pages.page import Trouble
from newsletter.preflight.check import check
from newsletter.publications.models import Publication
from tests.curation.conftest import ANA, fetch_all
from tests.servers.site import Answer, Site, article

HEADLINE = "Ferry line to the northern islands reopens after nine years"
RULES = {"checked_links", "page_headlines"}


@pytest.fixture
def placed(
    session: Session, publication: Publication, issue: Issue, site: Site, fetching: FetchContext
) -> Issue:
    """A draft with three stories that were collected, whose pages were there then."""
    for path in ("/ferry", "/gone", "/moved"):
        site.pages[path] = article(HEADLINE)
    text = " ".join(site.url(path) for path in ("/ferry", "/gone", "/moved"))
    entries = add_text(session, publication, text, via=Via.PASTE, actor=ANA)
    session.commit()
    fetch_all(fetching)
    place_entries(session, [entry.id for entry in entries], issue.id, "digest", author=ANA)
    session.commit()
    return issue


def findings(session: Session, issue: Issue, links: Links) -> dict[str, str]:
    session.expire_all()
    found = check(session, find_revision(session, issue), issue.publication, links)
    session.commit()
    return {finding.path: finding.message for finding in found if finding.rule in RULES}


def test_dead_moved_and_changed_pages_are_told(
    session: Session, site: Site, placed: Issue, fetching: FetchContext, links: Links
) -> None:
    assert findings(session, placed, links) == {}
    del site.pages["/gone"]
    site.pages["/moved"] = Answer(b"", 301, {"Location": "/elsewhere"})
    site.pages["/elsewhere"] = article(HEADLINE)
    site.pages["/ferry"] = article("Ferry line closes again after one day")
    assert fetch_all(fetching) == 3
    assert findings(session, placed, links) == {
        "sections[0].items[0].headline": "The page has changed since it was collected: its headline is now"
        " “Ferry line closes again after one day”.",
        "sections[0].items[1].url": "This page no longer exists (status 404): check the link.",
        "sections[0].items[2].url": f"This link leads to {site.url('/elsewhere')}: use that address.",
    }


def test_links_are_checked_every_few_hours_while_the_issue_is_a_draft(
    session: Session, site: Site, placed: Issue, fetching: FetchContext
) -> None:
    assert fetch_all(fetching) == 3
    assert fetch_all(fetching) == 0
    later = clock.now() + EVERY + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        assert fetch_all(fetching) == 3
    placed.published_revision = 1
    session.commit()
    with time_machine.travel(later + EVERY + timedelta(minutes=1), tick=False):
        assert fetch_all(fetching) == 0


def test_private_addresses_in_an_issue_are_not_asked(
    session: Session, site: Site, placed: Issue, fetching: FetchContext
) -> None:
    with Site() as inside:
        site.pages["/ferry"] = Answer(b"", 302, {"Location": inside.url("/")})
        fetch_all(fetching)
        assert inside.requests == []
    troubles = set(session.scalars(select(LinkCheck.trouble)))
    assert troubles == {Trouble.NONE, Trouble.PRIVATE}


def test_addresses_of_documents_and_demos_are_not_looked_at(
    session: Session, publication: Publication, issue: Issue, fetching: FetchContext, links: Links
) -> None:
    entries = add_text(session, publication, "https://news.example.org/a", via=Via.PASTE, actor=ANA)
    place_entries(session, [entries[0].id], issue.id, "digest", author=ANA)
    session.commit()
    fetch_all(fetching)
    assert session.scalars(select(LinkCheck.trouble)).all() == [Trouble.NONE]
    assert findings(session, issue, links) == {}
