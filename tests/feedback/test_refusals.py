"""Refusals in the SMTP dialogue have the consequences of bounces, unless everybody is refused."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import jobs
from newsletter.core.links import Links
from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.models import Consequence, FeedbackRecord
from newsletter.feedback.refusals import event_of, take_refusals
from newsletter.mailings import counts
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Delivery, Mailing, MailingState, Outcome, RefusedDelivery
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.refusals import publish_refusal_job
from newsletter.sending.schedule import schedule
from newsletter.smtp.verdict import Reason
from newsletter.subscribers.models import Suppression
from tests.factories import make_issue
from tests.feedback.deliveries import World
from tests.queued import empty_queues, queued

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def world(session: Session, links: Links) -> World:
    return World(session, links)


def refuse(world: World, word: str, code: int, enhanced: str, days_ago: float = 0) -> Delivery:
    delivery = world.mail(days_ago, Outcome.REJECTED, reason=word, code=code, enhanced=enhanced)
    world.session.add(RefusedDelivery(mailing_id=delivery.mailing_id, seq=1))
    world.session.commit()
    return delivery


def test_a_refused_reader_is_left_out_of_the_next_mailing(world: World, runtime: Runtime) -> None:
    refuse(world, "no_such_user", 550, "5.1.1")
    assert take_refusals(runtime.sessions) == 1
    assert take_refusals(runtime.sessions) == 0
    suppression = world.suppression
    assert suppression is not None
    assert suppression.note == "user_unknown 5.1.1: 550 5.1.1 no_such_user"
    mailing = schedule(
        world.session, make_issue(world.session, world.publication), None, world.links, actor="t"
    )
    world.session.commit()
    freeze(runtime.sessions, mailing.id, world.links)
    world.session.expire_all()
    excluded = world.session.scalars(select(Delivery).where(Delivery.mailing_id == mailing.id)).one()
    assert (excluded.outcome, excluded.reason) == (Outcome.EXCLUDED, "suppressed")


@on_sqlite
def test_policy_suppresses_nobody_and_a_full_mailbox_only_after_a_week(
    world: World, runtime: Runtime
) -> None:
    for days_ago in (9, 5, 1):
        refuse(world, "policy", 550, "5.7.1", days_ago)
    take_refusals(runtime.sessions)
    assert world.suppression is None
    for days_ago in (8, 4, 0):
        refuse(world, "expired", 452, "4.2.2", days_ago)
    take_refusals(runtime.sessions)
    assert world.suppression is not None
    assert world.suppression.reason == "soft_bounce"


@on_sqlite
def test_who_was_given_back_meanwhile_is_not_judged(world: World, runtime: Runtime) -> None:
    refuse(world, "no_such_user", 550, "5.1.1").outcome = Outcome.PENDING
    world.session.commit()
    assert take_refusals(runtime.sessions) == 1
    assert world.suppression is None


@on_sqlite
@pytest.mark.parametrize(("seen", "suppressed"), [(False, 0), (True, 1)])
def test_where_most_are_refused_nobody_is_suppressed_until_somebody_saw_it(
    world: World, runtime: Runtime, seen: bool, suppressed: int
) -> None:
    delivery = refuse(world, "no_such_user", 550, "5.1.1")
    counts.change(world.session, delivery.mailing_id, {(Outcome.REJECTED, "no_such_user"): 10})
    lock(world.session, delivery.mailing_id).refusals_seen = seen
    world.session.commit()
    take_refusals(runtime.sessions)
    world.session.rollback()
    assert world.session.scalars(select(func.count()).select_from(Suppression)).one() == suppressed
    expected = Consequence.SUPPRESSED if seen else Consequence.IGNORED
    assert world.session.scalars(select(FeedbackRecord.consequence)).one() is expected


@on_sqlite
def test_refusals_wait_while_the_mailing_goes_on(world: World, runtime: Runtime, redis_url: str) -> None:
    redis = empty_queues(redis_url)
    delivery = refuse(world, "no_such_user", 550, "5.1.1")
    mailing = world.session.get_one(Mailing, delivery.mailing_id)
    mailing.state = MailingState.SENDING
    world.session.commit()
    publish_refusal_job(runtime.sessions)
    assert take_refusals(runtime.sessions) == 0
    assert queued(redis, jobs.take_refusals.queue) == []
    mailing.state = MailingState.FINISHED
    world.session.commit()
    publish_refusal_job(runtime.sessions)
    assert queued(redis, jobs.take_refusals.queue) == [{}]


@pytest.mark.parametrize("word", list(Reason))
def test_only_what_is_about_the_address_is_hard(word: Reason) -> None:
    event = event_of(word, 550, "")
    hard = {"no_such_user", "no_such_domain", "bad_address", "moved", "disabled"}
    assert (event.kind is EventKind.HARD) is (word.value in hard)
    assert event.reason is not EventReason.USER_UNKNOWN or word in {Reason.NO_SUCH_USER, Reason.BAD_ADDRESS}
