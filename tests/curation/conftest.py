"""An inbox: a publication with a draft, a site to collect from, and the worker's fetcher."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from newsletter.curation.fetch_next import FetchContext, fetch_next
from newsletter.document import loads
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.media.files import MediaFiles
from newsletter.pages.fetch import Fetcher
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from tests.factories import make_publication
from tests.servers.site import Site

ANA = "ana@weekly.example"
DRAFT = """{"version": 1, "title": "Number 42", "subject": "Number 42", "slug": "number-42", "sections": [
  {"type": "links", "id": "digest", "title": "Weekly digest"},
  {"type": "feature", "id": "watch", "title": "Watch"},
  {"type": "divider", "id": "line"}
]}"""


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    session.commit()
    return made


@pytest.fixture
def issue(session: Session, publication: Publication) -> Issue:
    made = save_document(session, publication, loads(DRAFT), author=ANA).issue
    session.commit()
    return made


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as started:
        yield started


@pytest.fixture
def fetching(runtime: Runtime, site: Site) -> FetchContext:
    """What a worker works with. It waits for the test's session: commit that first."""
    fetcher = Fetcher(private_hosts=frozenset({site.host}), user_agent="tests")
    return FetchContext(runtime.sessions, fetcher, MediaFiles(runtime.settings.media_dir))


def fetch_all(fetching: FetchContext) -> int:
    """Do what a worker would; how many pieces there were."""
    count = 0
    while fetch_next(fetching):
        count += 1
    return count
