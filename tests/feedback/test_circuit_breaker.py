"""Complaints and bounces that come in while a mailing is sent pause it."""

import pytest
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.feedback.circuit_breaker import LOOK_EVERY
from newsletter.feedback.events import EventKind, EventReason
from newsletter.mailings import counts
from newsletter.mailings.models import Control, Delivery, Mailing, MailingState, Outcome
from newsletter.sending import circuit_breaker
from newsletter.sending.control import resume
from tests.factories import make_subscription
from tests.feedback.deliveries import World

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sending_to(world: World, readers: int) -> list[Delivery]:
    """A mailing on its way, and its deliveries."""
    first = world.mail()
    mailing = world.session.get_one(Mailing, first.mailing_id)
    mailing.state = MailingState.SENDING
    counts.change(world.session, mailing.id, {(Outcome.SENT, ""): readers})
    further = []
    for seq in range(2, readers + 1):
        reader = make_subscription(world.session, world.publication, f"reader{seq}@readers.example")
        further.append(
            Delivery(
                mailing_id=mailing.id,
                seq=seq,
                subscriber_id=reader.subscriber_id,
                subscription_id=reader.id,
                outcome=Outcome.SENT,
                at=first.at,
            )
        )
    world.session.add_all(further)
    world.session.commit()
    return [first, *further]


def test_complaints_pause_a_mailing_once(session: Session, links: Links) -> None:
    world = World(session, links)
    deliveries = sending_to(world, 7)
    mailing = session.get_one(Mailing, deliveries[0].mailing_id)
    for number, delivery in enumerate(deliveries[:5], 1):
        world.event(delivery, EventKind.COMPLAINT)
        session.refresh(mailing)
        assert mailing.control is (Control.PAUSE if number == 5 else Control.GO)
    assert mailing.held_reason.startswith("5 of 7 messages (71 %) were reported as spam.")
    resume(session, mailing.id, actor="ed")
    session.commit()
    world.event(deliveries[5], EventKind.COMPLAINT)
    session.refresh(mailing)
    assert mailing.control is Control.GO


@on_sqlite
def test_bounces_pause_a_mailing_that_is_being_sent(
    session: Session, links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit_breaker, "FEWEST", LOOK_EVERY)
    world = World(session, links)
    deliveries = sending_to(world, LOOK_EVERY)
    mailing = session.get_one(Mailing, deliveries[0].mailing_id)
    for delivery in deliveries:
        world.event(delivery, EventKind.SOFT, EventReason.POLICY)
    session.refresh(mailing)
    assert mailing.held_reason == (
        "10 of 10 messages (100 %) bounced. Check the bounces and complaints, then resume or cancel."
    )
