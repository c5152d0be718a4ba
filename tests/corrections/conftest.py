"""An issue that was sent, with links that went through the redirect."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.document import loads
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.mailings.models import Delivery, Mailing, MailingState, Outcome
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from tests.databases import BOTH, ONE, empty_database
from tests.extent import usual
from tests.factories import make_publication, make_readers

MILL, PORTS = "https://tide.example/mill", "https://ports.example/a?b=1&c=2"
STORY = {"headline": "Ports fill up", "url": PORTS, "blurb": "Ships wait for a week."}
SECTIONS = [
    {"type": "text", "id": "text", "title": "Tides", "text": f"The [mill]({MILL}) opened in *March*."},
    {"type": "links", "id": "links", "title": "Stories", "items": [STORY]},
]

Send = Callable[[Issue], Mailing]


@pytest.fixture(params=usual(ONE, soak=BOTH))
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated SQLite file; `@both_databases` has a test run on PostgreSQL, too."""
    return empty_database(request)


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    made.redirect_links = True
    make_readers(session, made, 3)
    session.commit()
    return made


def write_issue(session: Session, publication: Publication, slug: str = "one", **facts: Any) -> Issue:
    given = {
        "title": f"Week {slug}",
        "slug": slug,
        "subject": "What happened this week",
        "preheader": "Three stories and a mill.",
        "sections": SECTIONS,
    } | facts
    issue = save_document(session, publication, loads(json.dumps(given)), author="ana@press.example").issue
    session.commit()
    return issue


@pytest.fixture
def send(session: Session, runtime: Runtime) -> Send:
    """Sends an issue: every recipient's copy was accepted."""

    def sent(issue: Issue) -> Mailing:
        mailing = schedule(session, issue, None, runtime.links, actor="test")
        session.commit()
        assert freeze(runtime.sessions, mailing.id, runtime.links)
        session.refresh(mailing)
        session.query(Delivery).filter_by(mailing_id=mailing.id, outcome=Outcome.PENDING).update(
            {"outcome": Outcome.SENT}
        )
        mailing.state = MailingState.FINISHED
        session.commit()
        session.expire_all()
        return mailing

    return sent


@pytest.fixture
def issue(session: Session, publication: Publication, send: Send) -> Issue:
    """Sent, and published as No. 1."""
    made = write_issue(session, publication)
    send(made)
    return session.scalars(select(Issue)).one()
