"""A mailing to watch: scheduled, and frozen so that it can be sent."""

import pytest
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.models import Subscription
from tests.factories import make_issue, make_readers
from tests.web.admin.mailings.ledger import READERS


@pytest.fixture
def readers(session: Session, publication: Publication) -> list[Subscription]:
    made = make_readers(session, publication, READERS)
    session.commit()
    return made


@pytest.fixture
def scheduled(session: Session, publication: Publication, readers: list[Subscription], links: Links) -> int:
    mailing = schedule(session, make_issue(session, publication), None, links, actor="test")
    session.commit()
    return mailing.id


@pytest.fixture
def mailing_id(runtime: Runtime, scheduled: int) -> int:
    """A mailing that is sending, and of which nothing was sent yet."""
    assert freeze(runtime.sessions, scheduled, runtime.links)
    return scheduled
