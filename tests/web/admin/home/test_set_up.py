"""The four steps: their state is that of the database, and they are gone when the first issue was sent."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.links import Links
from newsletter.issues.models import Issue
from newsletter.mailings.models import Mailing, MailingState
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.publications.models import Publication
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from newsletter.subscribers.consent import words
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.sign_up import sign_up
from tests.databases import both_databases
from tests.factories import make_issue, make_readers
from tests.web.admin.mailings.ledger import read
from tests.web.signed_in import SignedIn

NAMES = ["Sender and relay", "Sign-up form", "Readers", "First issue"]


class Steps(HTMLParser):
    """The steps of a page: title → done, current or empty."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.state = ""
        self.in_title = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if "step" in classes:
            self.state = next((name.removeprefix("step-") for name in classes if name != "step"), "")
        self.in_title = tag == "h3" and "step-words" not in classes

    def handle_data(self, data: str) -> None:
        if self.in_title and data.strip() in NAMES:
            self.found[data.strip()] = self.state
            self.in_title = False


def steps(client: SignedIn, path: str = "/admin/") -> list[str]:
    found = Steps(read(client, path)).found
    assert list(found) in ([], NAMES)
    return list(found.values())


def test_nothing_is_there(admin_client: SignedIn) -> None:
    assert steps(admin_client) == ["current", "", "", ""]
    page = read(admin_client, "/admin/")
    assert "Create your publication" in page
    assert page.count("button-primary") <= 1


def test_an_editor_is_shown_the_same(editor_client: SignedIn) -> None:
    assert steps(editor_client) == ["current", "", "", ""]


@both_databases
def test_step_by_step(
    admin_client: SignedIn, session: Session, publication: Publication, links: Links
) -> None:
    assert steps(admin_client) == ["current", "", "", ""]
    assert "Nothing has been sent yet" in read(admin_client, "/admin/")
    session.add(
        SystemMessage(
            kind="confirmation", recipient="a@b.example", address_hash="x", facts={}, state=MessageState.SENT
        )
    )
    session.commit()
    assert steps(admin_client) == ["done", "current", "", ""]
    address = parse_address("ana@readers.example")
    sign_up(
        session,
        publication=publication,
        address=address,
        words=words("The Morning", "en"),
        source=ConsentSource.FORM,
    )
    session.commit()
    assert steps(admin_client) == ["done", "done", "current", ""]
    make_readers(session, publication, 2)
    session.commit()
    assert steps(admin_client) == ["done", "done", "done", "current"]
    issue = make_issue(session, publication)
    session.commit()
    page = read(admin_client, "/admin/")
    assert "“Issue one” is in progress." in page
    assert f'href="/admin/issues/{issue.id}/edit"' in page
    schedule(session, issue, Moment(clock.now() + timedelta(days=1), "Europe/Rome"), links, actor="test")
    session.commit()
    page = read(admin_client, "/admin/")
    assert "It is scheduled for" in page
    assert "is begun" not in page
    assert f'href="/admin/issues/{issue.id}/send"' in page


def test_the_order_is_free(admin_client: SignedIn, session: Session, publication: Publication) -> None:
    make_readers(session, publication, 1)
    session.commit()
    assert steps(admin_client) == ["current", "", "done", ""]


@pytest.mark.parametrize(
    ("state", "complete"),
    [
        (MailingState.SCHEDULED, False),
        (MailingState.CANCELLED, False),
        (MailingState.SENDING, True),
        (MailingState.FINISHED, True),
    ],
)
def test_they_are_gone_when_an_issue_was_sent(
    admin_client: SignedIn, session: Session, publication: Publication, state: MailingState, complete: bool
) -> None:
    mailing = _mailing(session, make_issue(session, publication))
    mailing.state = state
    mailing.finished_at = mailing.scheduled_at if state is MailingState.FINISHED else None
    session.commit()
    assert (steps(admin_client) == []) is complete


def test_only_pages_that_one_may_open_are_linked(editor_client: SignedIn, publication: Publication) -> None:
    assert 'href="/admin/settings"' not in read(editor_client, "/admin/")


def _mailing(session: Session, issue: Issue) -> Mailing:
    mailing = Mailing(
        publication_id=issue.publication_id,
        issue_id=issue.id,
        revision_id=issue.revisions[0].id,
        scheduled_at=issue.created_at,
    )
    session.add(mailing)
    return mailing
