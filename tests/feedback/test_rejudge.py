"""Rules change: what was kept is judged again, and people are suppressed or not as it says now."""

import zlib
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.models import Consequence, FeedbackEvidence, FeedbackRecord
from newsletter.feedback.parsers import parse
from newsletter.feedback.rejudge import Rejudged, rejudge, rejudge_person
from newsletter.feedback.take import MAIL, Intake, take
from newsletter.feedback.webhooks import WEBHOOKS, Posted, read_webhook
from newsletter.mailings.models import Outcome
from newsletter.runtime import Runtime
from newsletter.subscribers.models import SuppressionReason
from newsletter.subscribers.suppress import suppress
from tests.factories import make_subscription
from tests.feedback.deliveries import World, bounce
from tests.feedback.posts import ACCOUNTS, BREVO_BOUNCE, GENUINE, with_password
from tests.feedback.reports import ADDRESS

POLICY = {"code": "5.7.1", "said": "Message rejected due to local policy"}
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def world(session: Session, links: Links) -> World:
    return World(session, links)


def take_bounce(world: World, **facts: Any) -> FeedbackRecord:
    raw = bounce(to := world.return_path(world.mail()), **facts)
    events = parse(raw, delivered_to=to)
    (record,) = take(world.session, world.links, events, Intake(MAIL, str(world.sent), raw))
    world.session.commit()
    return record


def judged_wrongly(world: World, record: FeedbackRecord, kind: EventKind, reason: EventReason) -> None:
    """As an earlier version judged it."""
    record.kind, record.reason = kind, reason
    if kind is EventKind.HARD:
        assert world.reader.subscriber.address_hash
        suppress(
            world.session, world.reader.subscriber.address_hash, SuppressionReason.HARD_BOUNCE, actor="test"
        )
        record.consequence = Consequence.SUPPRESSED
    world.session.commit()


def test_who_was_suppressed_wrongly_is_not_any_more(world: World, runtime: Runtime) -> None:
    record = take_bounce(world, **POLICY)
    assert world.suppression is None
    judged_wrongly(world, record, EventKind.HARD, EventReason.USER_UNKNOWN)
    assert world.suppression is not None
    world.session.rollback()
    assert rejudge(runtime.sessions, actor="ed") == Rejudged(events=1, changed=1, lifted=1)
    assert world.suppression is None
    assert (record.kind, record.reason, record.consequence) == ("soft", "policy", "none")
    lifted = select(AuditEntry.actor).where(AuditEntry.action == "subscriber.lifted")
    assert world.session.scalars(lifted).all() == ["ed"]
    world.session.rollback()
    assert rejudge(runtime.sessions, actor="ed") == Rejudged(events=1)


@on_sqlite
def test_who_should_be_suppressed_is_and_only_since_the_day(world: World, runtime: Runtime) -> None:
    record = take_bounce(world, **POLICY)
    judged_wrongly(world, record, EventKind.UNKNOWN, EventReason.OTHER)
    record = take_bounce(world)
    world.session.delete(world.suppression)
    record.kind, record.consequence = EventKind.UNKNOWN, Consequence.NONE
    world.session.commit()
    assert rejudge(runtime.sessions, clock.now(), actor="ed") == Rejudged()
    assert rejudge(runtime.sessions, actor="ed") == Rejudged(events=2, changed=2, suppressed=1)
    assert world.suppression is not None


@on_sqlite
def test_what_was_lifted_or_refused_in_the_dialogue_is_judged_by_what_is_left(world: World) -> None:
    delivery = world.mail(0, Outcome.REJECTED, reason="policy", code=550, enhanced="5.7.1")
    (refused,) = world.event(delivery, EventKind.HARD, EventReason.USER_UNKNOWN, "550 5.7.1 policy")
    refused.source, refused.smtp_code, refused.code = "smtp", 550, "5.7.1"
    (posted,) = world.event(world.mail(), EventKind.HARD, EventReason.USER_UNKNOWN, "550 5.1.1 User unknown")
    posted.source = "mailgun"
    (evidenceless,) = world.event(world.mail(), EventKind.HARD, EventReason.MOVED)
    evidenceless.consequence = Consequence.LIFTED
    world.session.commit()
    done = rejudge_person(world.session, world.reader.subscriber_id, actor="ed")
    world.session.commit()
    assert done == Rejudged(events=3, changed=1)
    assert (refused.kind, posted.kind, evidenceless.kind) == ("soft", "hard", "hard")
    assert evidenceless.consequence is Consequence.LIFTED
    assert world.suppression is not None


def take_post(world: World, provider: str, posted: Posted) -> FeedbackRecord:
    """What a provider posts about the reader, who has the address that it speaks of."""
    make_subscription(world.session, world.publication, ADDRESS)
    reading = read_webhook(provider, posted, ACCOUNTS[provider])
    intake = Intake(provider, reading.replay_key, posted.raw, verified=True)
    (record,) = take(world.session, world.links, reading.events, intake)
    world.session.commit()
    return record


@on_sqlite
@pytest.mark.parametrize("provider", WEBHOOKS.keys())
def test_what_a_provider_calls_final_is_hard_when_the_rules_say_so(
    world: World, runtime: Runtime, provider: str
) -> None:
    record = take_post(world, provider, GENUINE[provider])
    world.session.delete(world.suppression)
    record.kind, record.reason, record.consequence = EventKind.SOFT, EventReason.POLICY, Consequence.NONE
    world.session.commit()
    assert rejudge(runtime.sessions, actor="ed") == Rejudged(events=1, changed=1, suppressed=1)
    assert world.suppression is not None


@on_sqlite
def test_what_a_provider_does_not_call_final_stays_soft(world: World, runtime: Runtime) -> None:
    soft = BREVO_BOUNCE | {"event": "soft_bounce"}
    record = take_post(world, "brevo", with_password(soft, "Bearer bearer-token"))
    record.reason = EventReason.POLICY
    world.session.commit()
    assert rejudge(runtime.sessions, actor="ed") == Rejudged(events=1, changed=1)
    world.session.refresh(record)
    assert (record.kind, record.reason) == (EventKind.SOFT, EventReason.USER_UNKNOWN)
    record.evidence = FeedbackEvidence(compressed=zlib.compress(b"[{ cut off"))
    world.session.commit()
    assert rejudge(runtime.sessions, actor="ed") == Rejudged(events=1)
