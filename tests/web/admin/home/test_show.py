"""Home of a publication: what comes next, what is on its way, what became of the last one, how many read."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.document import loads
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.control import auto_pause
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from newsletter.subscribers.models import EndReason, State
from newsletter.web.admin.home.issues import count_items
from newsletter.web.admin.home.readers import Counts
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_readers, make_subscription
from tests.web.admin.mailings.ledger import XSS, half_way, read
from tests.web.signed_in import SignedIn

FRIDAY = datetime(2030, 11, 29, 7, 0, tzinfo=UTC)


@pytest.fixture
def readers(session: Session, publication: Publication) -> None:
    make_readers(session, publication, 8)
    session.commit()


@pytest.fixture
def issue(session: Session, publication: Publication, readers: None) -> Issue:
    made = make_issue(session, publication)
    session.commit()
    return made


def scheduled(session: Session, issue: Issue, links: Links, when: datetime | None = None) -> int:
    moment = Moment(when, "Europe/Rome") if when else None
    mailing = schedule(session, issue, moment, links, actor="test")
    session.commit()
    return mailing.id


def sending(session: Session, runtime: Runtime, issue: Issue) -> int:
    mailing_id = scheduled(session, issue, runtime.links)
    assert freeze(runtime.sessions, mailing_id, runtime.links)
    return mailing_id


def finish(session: Session, mailing_id: int) -> None:
    mailing = session.get_one(Mailing, mailing_id)
    mailing.state, mailing.finished_at = mailing.state.FINISHED, clock.now()
    session.commit()


def heading(page: str, words: str) -> bool:
    return f">{words}</h2>" in page


class TestTheNextIssue:
    def test_is_the_draft_and_what_preflight_says_of_it(
        self, admin_client: SignedIn, session: Session, publication: Publication, issue: Issue
    ) -> None:
        page = read(admin_client, "/admin/p/morning")
        assert "Issue one" in page
        assert "It can be sent. Check 1 warning first." in page
        assert "1 section" in page
        assert "0 items" in page
        document = {"title": "Not yet", "sections": [{"type": "text", "text": "TK"}]}
        save_document(session, publication, loads(json.dumps(document)), author=XSS)
        session.commit()
        page = read(admin_client, "/admin/p/morning")
        assert "before sending" in page
        assert "1 more draft" in page
        assert XSS not in page

    def test_is_the_scheduled_one_with_its_time_and_zone(
        self, admin_client: SignedIn, session: Session, links: Links, issue: Issue
    ) -> None:
        scheduled(session, issue, links, FRIDAY)
        page = read(admin_client, "/admin/p/morning")
        assert "Friday 29 November 2030 at 08:00 Europe/Rome" in page
        assert "locked until then" in page
        assert f'href="/admin/issues/{issue.id}/send"' in page
        assert not heading(page, "On its way")

    def test_none(self, admin_client: SignedIn, publication: Publication) -> None:
        assert "No drafts, and nothing scheduled." in read(admin_client, "/admin/")

    def test_its_items_are_counted(self) -> None:
        item = {"headline": "A ferry", "url": "https://news.example.org/ferry"}
        sections = [
            {"type": "links", "items": [item, item]},
            {"type": "text", "text": "Hello."},
            {"type": "notice", "items": ["One.", "Two."]},
            {"type": "quotes", "items": [{"author": "Mira", "text": "Well."}]},
        ]
        assert count_items(loads(json.dumps({"title": "T", "sections": sections}))) == 3


class TestTheOneThingToDo:
    def test_go_on_writing(
        self, admin_client: SignedIn, runtime: Runtime, session: Session, issue: Issue
    ) -> None:
        finish(session, sending(session, runtime, issue))
        assert admin_client.get("/admin/").text.count("button-primary") == 1
        assert 'href="/admin/p/morning/issues/new">New issue<' in read(admin_client, "/admin/").replace(
            "\n", ""
        )
        draft = make_issue(session, session.get_one(Publication, issue.publication_id), "two")
        session.commit()
        page = read(admin_client, "/admin/").replace("\n", "")
        assert f'href="/admin/issues/{draft.id}/edit">Continue writing<' in page
        assert page.count("button-primary") == 1


class TestUnderWay:
    def test_a_mailing_that_is_being_sent(
        self, admin_client: SignedIn, runtime: Runtime, session: Session, issue: Issue
    ) -> None:
        mailing_id = sending(session, runtime, issue)
        half_way(session, mailing_id)
        page = read(admin_client, "/admin/p/morning")
        assert heading(page, "On its way")
        assert "2 sent of 8" in page
        assert 'value="4"' in page
        assert f'href="/admin/mailings/{mailing_id}"' in page
        assert 'hx-get="/admin/p/morning/live"' in page
        live = read(admin_client, "/admin/p/morning/live")
        assert "2 sent of 8" in live
        assert "<html" not in live
        assert "data-over" not in live

    def test_when_it_is_over_the_page_is_loaded_again(
        self, admin_client: SignedIn, runtime: Runtime, session: Session, issue: Issue
    ) -> None:
        finish(session, sending(session, runtime, issue))
        assert "data-over" in read(admin_client, "/admin/p/morning/live")
        page = read(admin_client, "/admin/p/morning")
        assert "data-polling" not in page
        assert heading(page, "Last mailing")

    def test_one_of_another_publication_says_whose_it_is(
        self, admin_client: SignedIn, runtime: Runtime, session: Session, issue: Issue
    ) -> None:
        other = make_publication(session, "evening", name=f"The Evening {XSS}")
        make_readers(session, other, 2, start=100)
        sending(session, runtime, make_issue(session, other, "late"))
        page = read(admin_client, "/admin/p/morning")
        assert "Issue late" in page
        assert "Of The Evening" in page
        assert XSS not in page

    @both_databases
    def test_one_that_paused_itself_says_why(
        self, admin_client: SignedIn, runtime: Runtime, session: Session, issue: Issue
    ) -> None:
        mailing_id = sending(session, runtime, issue)
        auto_pause(session, lock(session, mailing_id), f"The relay refuses the log-in. {XSS}")
        session.commit()
        page = read(admin_client, "/admin/p/morning")
        assert page.count("The relay refuses the log-in.") == 1  # at the mailing, which is the first thing
        assert page.count("Fix this, then resume the mailing.") == 1
        assert page.index("Fix this") < page.index(">Next issue</h2>") < page.index(">Health</h2>")
        assert "was paused automatically" not in page
        assert XSS not in page


class TestReaders:
    def test_by_state_and_of_the_last_week(
        self, admin_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        now = clock.now()
        make_readers(session, publication, 3)  # nobody knows when
        people: list[tuple[State, dict[str, Any]]] = [
            (State.ACTIVE, {"confirmed_at": now - timedelta(days=2)}),
            (State.ACTIVE, {"confirmed_at": now - timedelta(days=9)}),
            (State.PAUSED, {"confirmed_at": now - timedelta(days=6)}),
            (State.PENDING, {}),
            (State.ENDED, {"ended_at": now - timedelta(days=1), "ended_reason": EndReason.UNSUBSCRIBED}),
            (State.ENDED, {"ended_at": now - timedelta(days=8), "ended_reason": EndReason.BOUNCED}),
        ]
        for number, (state, facts) in enumerate(people):
            make_subscription(session, publication, f"p{number}@readers.example", state=state, **facts)
        session.commit()
        found = Counts().of(session, publication)
        assert (found.active, found.pending, found.paused, found.ended) == (5, 1, 1, 2)
        assert (found.joined, found.left, found.total) == (2, 1, 9)
        assert "In the last 7 days: 2 new, 1 left." in read(admin_client, "/admin/p/morning")

    def test_what_is_quick_to_count_is_counted_each_time(
        self, session: Session, publication: Publication
    ) -> None:
        counts = Counts()
        assert counts.of(session, publication).active == 0
        make_readers(session, publication, 2)
        assert counts.of(session, publication).active == 2
