"""What follows from what came back: by reason, for the right person, once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.bounce_address import bounce_address
from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from newsletter.feedback.consequences import reconsider
from newsletter.feedback.delete_old import KEEP_EVENTS, delete_old
from newsletter.feedback.events import DeliveryClues, EventKind, EventReason, FeedbackEvent
from newsletter.feedback.models import Consequence, FeedbackEvidence, FeedbackRecord
from newsletter.feedback.take import MAIL, Intake, take
from newsletter.issues.compile import origin, sender_domain
from newsletter.issues.recipient import message_id
from newsletter.mailings.models import Delivery, Mailing
from newsletter.runtime import Runtime
from newsletter.subscribers.models import SuppressionReason
from newsletter.subscribers.suppress import suppress_person
from tests.feedback.deliveries import BOUNCES, World

HARD, SOFT, FULL = EventKind.HARD, EventKind.SOFT, EventReason.MAILBOX_FULL
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def world(session: Session, links: Links) -> World:
    return World(session, links)


@pytest.mark.parametrize(
    ("kind", "reason", "expected"),
    [
        (HARD, EventReason.USER_UNKNOWN, SuppressionReason.HARD_BOUNCE),
        (EventKind.COMPLAINT, None, SuppressionReason.COMPLAINT),
    ],
)
def test_a_dead_address_and_a_complaint_suppress_once(
    world: World, kind: EventKind, reason: EventReason | None, expected: SuppressionReason
) -> None:
    delivery = world.mail()
    (taken,) = world.event(delivery, kind, reason, "550 5.1.1 <ana@readers.example> unknown")
    assert taken.consequence is Consequence.SUPPRESSED
    assert world.event(delivery, kind, reason, "550 5.1.1 <ana@readers.example> unknown") == []
    suppression = world.suppression
    assert suppression is not None
    assert suppression.reason is expected
    assert "<…@readers.example> unknown" in suppression.note
    assert world.session.scalars(select(func.count()).select_from(FeedbackRecord)).one() == 1


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        *((SOFT, reason) for reason in EventReason if reason in {"policy", "reputation", "content", "other"}),
        *((kind, None) for kind in (EventKind.AUTO_REPLY, EventKind.DELAYED, EventKind.UNKNOWN)),
    ],
)
def test_what_is_not_about_the_address_suppresses_nobody(
    world: World, kind: EventKind, reason: EventReason | None
) -> None:
    for days_ago in (30, 20, 10, 0):
        (taken,) = world.event(world.mail(days_ago), kind, reason)
        assert taken.consequence is Consequence.NONE
    assert world.suppression is None


@on_sqlite
@pytest.mark.parametrize(
    ("failures", "successes", "suppressed"),
    [
        ([8, 4, 0], [], True),
        ([8, 0], [], False),  # two are too few
        ([6, 4, 2, 0], [], False),  # within less than a week
        ([20, 16, 4, 0], [10], False),  # a success between
        ([30, 8, 4, 0], [20], True),  # the last three are over a week
        ([9, 5, 1], [0], True),  # what was sent after the last failure may come back yet
    ],
)
def test_failures_suppress_when_there_are_three_over_a_week(
    world: World, failures: list[int], successes: list[int], suppressed: bool
) -> None:
    for days_ago in successes:
        world.mail(days_ago)
    for days_ago in failures:
        world.event(world.mail(days_ago), SOFT, FULL)
    suppression = world.suppression
    assert (suppression is not None) is suppressed
    assert suppression is None or suppression.reason is SuppressionReason.SOFT_BOUNCE


@on_sqlite
def test_several_reports_of_one_delivery_count_once(world: World) -> None:
    delivery = world.mail(9)
    for said in ("full", "still full", "given up"):
        world.event(delivery, SOFT, FULL, said)
    world.event(world.mail(0), SOFT, FULL)
    assert world.suppression is None


@on_sqlite
def test_a_suppression_by_hand_is_neither_replaced_nor_lifted(world: World) -> None:
    suppress_person(world.session, world.reader.subscriber_id, note="asked", actor="test")
    world.session.commit()
    (taken,) = world.event(world.mail(), HARD, EventReason.USER_UNKNOWN)
    assert taken.consequence is Consequence.NONE
    taken.kind = EventKind.UNKNOWN
    assert reconsider(world.session, world.reader.subscriber_id) is None
    world.session.commit()
    assert world.suppression is not None
    assert world.suppression.reason is SuppressionReason.MANUAL


def by_forged_return_path(world: World, delivery: Delivery) -> DeliveryClues:
    forger = Signer(["another secret"])
    return DeliveryClues((bounce_address(forger, BOUNCES, delivery.mailing_id, delivery.seq),))


def by_changed_token(world: World, delivery: Delivery) -> DeliveryClues:
    local, _, domain = world.return_path(delivery).partition("@")
    return DeliveryClues((f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}",))


def by_link_of_another_site(world: World, delivery: Delivery) -> DeliveryClues:
    link = world.links.unsubscribe(world.reader.id, delivery.mailing_id)
    return DeliveryClues(unsubscribe_url=link.replace(world.links.public_url, "https://evil.example"))


def by_message_id(world: World, delivery: Delivery) -> DeliveryClues:
    mailing = world.session.get_one(Mailing, delivery.mailing_id)
    domain = sender_domain(world.publication)
    ours = message_id(mailing.id, delivery.seq, domain, origin(world.links, mailing))
    return DeliveryClues(message_id=ours)


@on_sqlite
@pytest.mark.parametrize(
    "clues", [by_forged_return_path, by_changed_token, by_link_of_another_site, by_message_id]
)
def test_what_is_not_signed_is_nobodys(
    world: World, clues: Callable[[World, Delivery], DeliveryClues]
) -> None:
    event = FeedbackEvent(
        HARD, "dsn", EventReason.USER_UNKNOWN, ("ana@readers.example",), clues(world, world.mail())
    )
    (taken,) = take(world.session, world.links, [event], Intake(MAIL, "forged"))
    world.session.commit()
    assert (taken.subscriber_id, taken.mailing_id, taken.consequence) == (None, None, Consequence.NONE)
    assert world.suppression is None


@on_sqlite
def test_the_delivery_is_found_by_its_link_and_a_verified_post_by_message_id_and_address(
    world: World,
) -> None:
    delivery = world.mail()
    link = world.links.unsubscribe(world.reader.id, delivery.mailing_id)
    ways: list[tuple[DeliveryClues, tuple[str, ...], bool]] = [
        (DeliveryClues(unsubscribe_url=link), (), False),
        (by_message_id(world, delivery), (), True),
        (DeliveryClues(), ("Ana@Readers.example",), True),
    ]
    for number, (clues, recipients, verified) in enumerate(ways):
        event = FeedbackEvent(EventKind.DELAYED, "x", None, recipients, clues)
        (taken,) = take(world.session, world.links, [event], Intake("x", str(number), verified=verified))
        assert taken.subscriber_id == world.reader.subscriber_id
        assert taken.mailing_id == (delivery.mailing_id if number < 2 else None)


@on_sqlite
def test_of_several_recipients_in_one_report_only_the_owner_of_the_token_is_suppressed(world: World) -> None:
    clues = DeliveryClues((world.return_path(world.mail()),))
    fine, dead = "ana@readers.example", "bo@readers.example"
    events = [
        FeedbackEvent(EventKind.DELAYED, "dsn", None, (fine,), clues),
        FeedbackEvent(HARD, "dsn", EventReason.USER_UNKNOWN, (dead,), clues),
    ]
    mine, other = take(world.session, world.links, events, Intake(MAIL, "several"))
    world.session.commit()
    assert (mine.subscriber_id, other.subscriber_id) == (world.reader.subscriber_id, None)
    assert world.suppression is None


@on_sqlite
def test_what_is_old_is_deleted_but_for_what_still_suppresses(world: World, runtime: Runtime) -> None:
    (dead,) = world.event(world.mail(), HARD, EventReason.USER_UNKNOWN)
    (away,) = take(
        world.session, world.links, [FeedbackEvent(EventKind.AUTO_REPLY, "x")], Intake(MAIL, "a", b"raw")
    )
    assert away.evidence is not None
    for row in (dead, away, away.evidence):
        row.received_at = clock.now() - KEEP_EVENTS - timedelta(days=1)
    world.session.commit()
    delete_old(runtime.sessions)
    world.session.expire_all()
    assert world.session.scalars(select(FeedbackRecord.id)).all() == [dead.id]
    assert world.session.scalars(select(FeedbackEvidence)).all() == []
