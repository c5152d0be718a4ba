"""Readers whose messages came back get email again, once they show that their address works."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.lift import moment_of
from newsletter.feedback.models import Consequence, FeedbackRecord
from newsletter.outbox.models import SystemMessage
from newsletter.subscribers.models import SuppressionReason
from newsletter.subscribers.suppress import suppress
from tests.databases import both_databases
from tests.feedback.deliveries import World


@pytest.fixture
def world(session: Session, links: Links) -> World:
    made = World(session, links)
    made.event(made.mail(), EventKind.HARD, EventReason.USER_UNKNOWN)
    return made


def preferences(world: World) -> str:
    return world.links.preferences(world.reader.subscriber_id).removeprefix(world.links.public_url)


@both_databases
def test_a_link_by_mail_lifts_it_once(client: FlaskClient, world: World) -> None:
    page = client.get(preferences(world)).text
    assert "Send me a link to change that" in page
    done = client.post(f"{preferences(world)}/lift", follow_redirects=True)
    assert "A message is on its way" in done.text
    message = world.session.scalars(select(SystemMessage)).one()
    assert (message.kind, message.recipient) == ("lift_suppression", "ana@readers.example")
    link = world.links.lift_suppression(**message.facts).removeprefix(world.links.public_url)
    world.session.rollback()
    assert "Email me again" in client.get(link).text
    assert world.suppression is not None
    world.session.rollback()
    assert "You get email again" in client.post(link).text
    assert world.suppression is None
    assert world.session.scalars(select(FeedbackRecord.consequence)).all() == [Consequence.LIFTED]
    world.session.rollback()
    assert "Send me a link" not in client.get(preferences(world)).text
    copy = world.session.scalars(select(FeedbackRecord)).one()
    assert copy.mailing_id
    delivery = world.session.get_one(type(world.mail()), (copy.mailing_id, 1))
    (again,) = world.event(delivery, EventKind.HARD, EventReason.USER_UNKNOWN, "another copy")
    assert again.consequence is Consequence.LIFTED
    world.event(world.mail(), EventKind.HARD, EventReason.USER_UNKNOWN)
    assert world.suppression is not None
    world.session.rollback()
    assert client.post(link).status_code == 409  # the link was for another suppression


def test_a_link_is_good_for_a_day_and_there_are_three(client: FlaskClient, world: World) -> None:
    assert world.suppression is not None
    link = world.links.lift_suppression(world.reader.subscriber_id, moment_of(world.suppression))
    path = link.removeprefix(world.links.public_url)
    world.session.rollback()
    for status in (303, 303, 303, 429):
        assert client.post(f"{preferences(world)}/lift").status_code == status
    assert client.post(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert client.post(path).status_code == 400
    assert world.suppression is not None


def test_a_suppression_by_hand_is_not_for_readers(client: FlaskClient, world: World) -> None:
    session = world.session
    session.delete(world.suppression)
    session.flush()
    assert world.reader.subscriber.address_hash
    suppress(session, world.reader.subscriber.address_hash, SuppressionReason.MANUAL, actor="test")
    session.commit()
    assert "Send me a link" not in client.get(preferences(world)).text
    assert client.post(f"{preferences(world)}/lift").status_code == 409
