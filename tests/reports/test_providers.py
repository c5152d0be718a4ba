"""Deliverability by mailbox provider: counted while a mailing is young, and read from the counts."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.feedback.events import EventKind as FeedbackKind
from newsletter.feedback.models import FeedbackRecord
from newsletter.mailings.models import DeferredDelivery, Delivery, Mailing, MailingState, Outcome
from newsletter.publications.models import Publication
from newsletter.reports.count_providers import FEWEST_PEOPLE, LAST, count_due_mailings, count_mailing
from newsletter.reports.models import ProviderCounting
from newsletter.reports.providers import (
    ComplaintLevel,
    MailingProviders,
    figures_of,
    mailing_providers,
    providers_over_time,
)
from newsletter.reports.rate import Rate
from newsletter.runtime import Runtime
from newsletter.tracking.models import EventKind, Label, TrackingEvent
from tests.factories import make_subscription
from tests.reports.conftest import MakeSent


def deliver(session: Session, publication: Publication, mailing_id: int, *addresses: str) -> list[int]:
    """Deliveries of a mailing that were sent, one for each address; the ids of their readers."""
    people = []
    for seq, address in enumerate(addresses, 1):
        row = make_subscription(session, publication, address)
        people.append(row.subscriber_id)
        session.add(
            Delivery(
                mailing_id=mailing_id,
                seq=seq,
                subscriber_id=row.subscriber_id,
                subscription_id=row.id,
                outcome=Outcome.SENT,
                at=clock.now(),
            )
        )
    session.commit()
    return people


def come_back(session: Session, mailing_id: int) -> None:
    """A bounce of the first delivery, told twice, a complaint of the fifth, and what is neither."""
    came = [
        (1, "mail", FeedbackKind.SOFT),
        (1, "mail", FeedbackKind.HARD),  # of the same delivery
        (5, "ses", FeedbackKind.COMPLAINT),
        (2, "smtp", FeedbackKind.HARD),  # the refusal itself
        (3, "mail", FeedbackKind.AUTO_REPLY),
    ]
    for n, (seq, source, kind) in enumerate(came):
        facts = {"source": source, "kind": kind, "mailing_id": mailing_id, "seq": seq}
        session.add(FeedbackRecord(event_key=str(n), parser="dsn", sent_at=clock.now(), **facts))


def click(session: Session, mailing_id: int, people: list[int]) -> None:
    """The first of `people` clicks twice; a scanner follows a link of the third."""
    for n, (person, label) in enumerate([(0, Label.PERSON), (0, Label.PERSON), (2, Label.SCANNER)]):
        session.add(
            TrackingEvent(
                key=f"k{n}",
                mailing_id=mailing_id,
                link_id=1,
                subscriber_id=people[person],
                kind=EventKind.CLICK,
                at=clock.now(),
                label=label,
            )
        )


def count(runtime: Runtime, session: Session, mailing_id: int) -> MailingProviders:
    session.commit()  # on SQLite nobody else writes before
    count_mailing(runtime.sessions, mailing_id)
    return mailing_providers(session, session.get_one(Mailing, mailing_id))


def test_each_provider_has_its_numbers_and_small_domains_have_no_name(
    runtime: Runtime, session: Session, publication: Publication, make_sent: MakeSent
) -> None:
    mailing_id = make_sent("one")
    coast = [f"p{n}@coast.example" for n in range(FEWEST_PEOPLE + 1)]
    gmail = [f"g{n}@GMail.com" for n in range(3)]
    people = deliver(
        session,
        publication,
        mailing_id,
        *gmail,
        "a@googlemail.com",
        "b@hotmail.co.uk",
        "c@few.example",
        *coast,
    )
    of_mailing = update(Delivery).where(Delivery.mailing_id == mailing_id)
    session.execute(of_mailing.where(Delivery.seq == 2).values(outcome=Outcome.REJECTED))
    session.execute(of_mailing.where(Delivery.seq == 7).values(outcome=Outcome.EXCLUDED))
    session.add_all([DeferredDelivery(mailing_id=mailing_id, seq=seq) for seq in (1, 2)])
    come_back(session, mailing_id)
    click(session, mailing_id, people)
    session.commit()
    for _ in range(2):  # twice is once
        read = count(runtime, session, mailing_id)
    assert [(each.receiver, each.recipients, each.sent) for each in read.figures] == [
        ("coast.example", FEWEST_PEOPLE, FEWEST_PEOPLE),
        ("gmail", 4, 3),
        ("microsoft", 1, 1),
        ("", 1, 1),
    ]
    assert [each.name for each in read.figures] == ["coast.example", "Gmail", "Microsoft", ""]
    google = read.of("gmail")
    assert google is not None
    assert google.deferred == Rate(2, 4)
    assert google.rejected == Rate(1, 4)
    assert google.bounced == Rate(1, 3)
    assert (google.clicks, google.people) == (2, Rate(1, 3))
    microsoft = read.of("microsoft")
    assert microsoft is not None
    assert microsoft.complaints == Rate(1, 1)
    assert microsoft.level is ComplaintLevel.UNKNOWN  # of one
    assert read.as_json()["providers"][1]["deferred"] == {"count": 2, "of": 4, "rate": None}


@pytest.mark.parametrize(
    ("complaints", "level"),
    [(0, ComplaintLevel.GOOD), (1, ComplaintLevel.RAISED), (3, ComplaintLevel.TOO_HIGH)],
)
def test_the_lines_are_reached_at_a_tenth_and_three_tenths_of_a_per_cent(
    complaints: int, level: ComplaintLevel
) -> None:
    assert figures_of("gmail", sent=1_000, complaints=complaints).level is level


def test_over_time_the_mailings_add_up(
    runtime: Runtime, session: Session, publication: Publication, make_sent: MakeSent
) -> None:
    earlier, later, uncounted = make_sent("one", days=7), make_sent("two", days=1), make_sent("three")
    deliver(session, publication, earlier, "g@gmail.com", "h@yahoo.fr")
    deliver(session, publication, later, "g2@gmail.com", "a@me.com")
    count(runtime, session, earlier)
    count(runtime, session, later)
    over_time = providers_over_time(session, publication.id)
    assert [each.mailing for each in over_time.mailings] == [earlier, later]
    assert [(each.receiver, each.sent) for each in over_time.total] == [
        ("gmail", 2),
        ("apple", 1),
        ("yahoo", 1),
    ]
    assert [each.name for each in over_time.charted] == ["Gmail", "Apple iCloud", "Yahoo and AOL"]
    lately = providers_over_time(session, publication.id, since=clock.now() - timedelta(days=3))
    assert [each.mailing for each in lately.mailings] == [later]
    assert mailing_providers(session, session.get_one(Mailing, uncounted)).counted_at is None


def test_a_mailing_is_counted_when_there_is_something_to_count(
    runtime: Runtime, session: Session, make_sent: MakeSent
) -> None:
    mailing_id = make_sent("one")
    session.execute(update(Mailing).values(finished_at=clock.now() - timedelta(minutes=1)))
    session.commit()

    def counted(after: timedelta) -> bool:
        """Whether it is counted again when so much time has passed since now."""
        with time_machine.travel(clock.now() + after, tick=False):
            session.commit()
            count_due_mailings(runtime.sessions)
            at = session.scalar(select(ProviderCounting.counted_at))
            return at is not None and clock.now() - at < timedelta(seconds=1)

    assert counted(timedelta())
    assert not counted(timedelta(minutes=30))
    assert counted(timedelta(hours=2))  # for two days each hour
    assert counted(timedelta(days=3))
    assert not counted(timedelta(days=3, hours=2))  # then each day
    assert not counted(LAST + timedelta(days=1))
    session.execute(update(Mailing).values(state=MailingState.SENDING, finished_at=None))
    session.commit()
    assert counted(timedelta(days=3, minutes=15))
    assert session.get_one(Mailing, mailing_id).finished_at is None
