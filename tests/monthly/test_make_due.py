"""The monthly summary: once a month, for those who chose it, who get no issue besides."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.corrections.mail import begin_correction_mail
from newsletter.document.blocks.links import LinksSection
from newsletter.document.visibility import Visibility
from newsletter.document.walk import links as document_links
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.publish import publish_issue
from newsletter.issues.save import save_document
from newsletter.mailings.models import Mailing, MailingState
from newsletter.mailings.totals import read_totals
from newsletter.monthly.compose import compose_summary
from newsletter.monthly.make_due import make_due_summaries
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.audience import count_audience
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.frequency import EACH_ISSUE, MONTHLY, change_frequency
from newsletter.subscribers.models import Subscription
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_readers

APRIL = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
MAY_BEGINS = datetime(2026, 4, 30, 22, 5, tzinfo=UTC)  # 00:05 on the first of May in Rome
NINE = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(APRIL, tick=False) as made:
        yield made


@pytest.fixture
def weekly(session: Session, runtime: Runtime, traveller: time_machine.Traveller) -> Publication:
    """Offers summaries since April; five readers, two of whom chose them."""
    publication = make_publication(session, timezone="Europe/Rome")
    publication.monthly_summary = True
    for reader in make_readers(session, publication, 5)[:2]:
        change_frequency(session, reader.id, MONTHLY)
    session.commit()
    look(session, runtime)
    return publication


def look(session: Session, runtime: Runtime) -> None:
    """What the periodic worker does every hour."""
    session.rollback()
    make_due_summaries(runtime.sessions, runtime.links)


def published(session: Session, publication: Publication, title: str) -> Issue:
    issue = make_issue(session, publication, title.lower().replace(" ", "-"))
    publish_issue(session, find_revision(session, issue))
    session.commit()
    return issue


def summaries(session: Session) -> list[Issue]:
    session.rollback()
    return list(session.scalars(select(Issue).where(Issue.summary_month.is_not(None))))


@both_databases
def test_once_a_month_for_those_who_chose_it(
    session: Session, runtime: Runtime, weekly: Publication, traveller: time_machine.Traveller
) -> None:
    first, second = published(session, weekly, "first"), published(session, weekly, "second")
    assert summaries(session) == []
    traveller.move_to(MAY_BEGINS)
    for _hour in range(3):
        look(session, runtime)
    [summary] = summaries(session)
    document = load_document(find_revision(session, summary))
    assert (document.title, document.subject) == ("April 2026", "The Weekly in April 2026")
    pages = [runtime.links.issue("weekly", issue.slug) for issue in (first, second)]
    assert [link.value for link in document_links(document)] == pages
    [mailing] = session.scalars(select(Mailing).where(Mailing.issue_id == summary.id))
    assert (mailing.scheduled_at, mailing.zone) == (NINE, "Europe/Rome")
    mailing_id = mailing.id
    session.rollback()
    traveller.move_to(NINE)
    assert freeze(runtime.sessions, mailing_id, runtime.links)
    totals = read_totals(session, mailing_id)
    assert (totals.pending, totals.excluded) == (2, {"each_issue": 3})
    session.refresh(summary)
    assert (summary.number, summary.published_revision) == (None, None)


@both_databases
def test_who_chose_it_gets_no_issue_and_no_correction_of_one(
    session: Session, runtime: Runtime, weekly: Publication, links: Links
) -> None:
    issue = make_issue(session, weekly)
    counted = count_audience(session, issue)
    mailing = schedule(session, issue, None, links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, links)
    session.rollback()
    totals = read_totals(session, mailing.id)
    assert (totals.pending, totals.excluded) == (3, {"monthly": 2})
    assert (counted.readers, counted.excluded) == (3, totals.excluded)
    mailing = session.get_one(Mailing, mailing.id)
    mailing.state, mailing.started_at = MailingState.FINISHED, clock.now()
    session.flush()
    correction = begin_correction_mail(session, issue.id, links, actor="test")
    assert "monthly" not in count_audience(session, correction).excluded


def test_once_it_is_not_offered_everybody_gets_each_issue(
    session: Session, runtime: Runtime, weekly: Publication, traveller: time_machine.Traveller
) -> None:
    published(session, weekly, "first")
    weekly.monthly_summary = False
    session.commit()
    traveller.move_to(MAY_BEGINS)
    look(session, runtime)
    assert summaries(session) == []
    assert count_audience(session, make_issue(session, weekly)).readers == 5
    # Offered again, it begins with the next month.
    weekly.monthly_summary = True
    session.commit()
    look(session, runtime)
    assert summaries(session) == []
    session.refresh(weekly)
    assert weekly.summarised_month == date(2026, 4, 1)


def test_no_summary_of_nothing(
    session: Session, runtime: Runtime, weekly: Publication, traveller: time_machine.Traveller
) -> None:
    traveller.move_to(MAY_BEGINS)
    look(session, runtime)
    assert summaries(session) == []


def test_no_summary_for_nobody(
    session: Session, runtime: Runtime, weekly: Publication, traveller: time_machine.Traveller
) -> None:
    published(session, weekly, "first")
    for subscription in session.scalars(select(Subscription)):
        change_frequency(session, subscription.id, EACH_ISSUE)
    session.commit()
    traveller.move_to(MAY_BEGINS)
    look(session, runtime)
    assert summaries(session) == []


def test_of_two_hosts_one_makes_it(
    session: Session, runtime: Runtime, weekly: Publication, traveller: time_machine.Traveller
) -> None:
    published(session, weekly, "first")
    traveller.move_to(MAY_BEGINS)
    session.rollback()
    hosts = [
        threading.Thread(target=make_due_summaries, args=(runtime.sessions, runtime.links)) for _ in range(3)
    ]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join()
    assert len(summaries(session)) == 1


def messages(session: Session) -> list[tuple[str, dict[str, object]]]:
    return [(each.kind, each.facts) for each in session.scalars(select(SystemMessage))]


@pytest.fixture
def owner(session: Session) -> str:
    email = "olga@press.example"
    create_user(session, email=email, role=RoleName.OWNER, password="seven quiet herons", actor="test")
    session.commit()
    return email


def test_the_team_has_time_to_read_it(
    session: Session, runtime: Runtime, weekly: Publication, owner: str, traveller: time_machine.Traveller
) -> None:
    published(session, weekly, "first")
    traveller.move_to(MAY_BEGINS + timedelta(hours=20))  # nothing ran before
    look(session, runtime)
    [summary] = summaries(session)
    [mailing] = session.scalars(select(Mailing).where(Mailing.issue_id == summary.id))
    assert mailing.scheduled_at == MAY_BEGINS + timedelta(hours=23)
    facts = {"issue_id": summary.id, "due_at": mailing.scheduled_at.isoformat(), "zone": "Europe/Rome"}
    [(kind, told)] = messages(session)
    assert (kind, told["issue_id"], told["zone"]) == ("summary_scheduled", facts["issue_id"], facts["zone"])
    assert datetime.fromisoformat(str(told["due_at"])) == mailing.scheduled_at


def test_what_cannot_be_sent_stays_a_draft_and_is_told(
    session: Session, runtime: Runtime, weekly: Publication, owner: str, traveller: time_machine.Traveller
) -> None:
    published(session, weekly, "first")
    weekly.postal_address = ""
    session.commit()
    traveller.move_to(MAY_BEGINS)
    for _hour in range(2):
        look(session, runtime)
    [summary] = summaries(session)
    assert session.scalars(select(Mailing).where(Mailing.issue_id == summary.id)).all() == []
    [(kind, told)] = messages(session)
    assert kind == "summary_held"
    assert "postal address" in str(told["text"])


def test_five_stories_of_an_issue_and_none_that_is_for_some_readers_only(
    session: Session, links: Links, weekly: Publication
) -> None:
    urls = [f"https://news.example/{number}" for number in range(9)]
    issue = make_issue(session, weekly, "long", urls)
    document = load_document(find_revision(session, issue))
    hidden, *others = document.sections[::-1]
    only = Visibility(topics=("sport",))
    sections = (hidden.model_copy(update={"visibility": only, "id": "sport"}), *others, hidden)
    save_document(session, weekly, document.model_copy(update={"sections": sections}), author="test")
    publish_issue(session, find_revision(session, issue))
    summary = compose_summary(session, weekly, date(2026, 4, 1), links)
    assert summary is not None
    [section] = summary.sections
    assert isinstance(section, LinksSection)
    assert [item.url for item in section.items] == [links.issue("weekly", "long"), *urls[:5]]
    assert compose_summary(session, weekly, date(2026, 3, 1), links) is None
