"""Pages about bounces and complaints: seen, filtered, judged again, lifted; evidence as a harmless file."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import jobs
from newsletter.audit.models import AuditEntry
from newsletter.core.links import Links
from newsletter.feedback.count_refused import count_refused
from newsletter.feedback.events import EventKind, EventReason, FeedbackEvent
from newsletter.feedback.models import FeedbackRecord
from newsletter.feedback.parsers import parse
from newsletter.feedback.take import MAIL, Intake, take
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.feedback.deliveries import World, bounce
from tests.queued import empty_queues, queued
from tests.web.signed_in import SignedIn

LIST = "/admin/p/weekly/feedback"


@pytest.fixture
def world(session: Session, links: Links) -> World:
    return World(session, links)


def take_bounce(world: World, said: str = "User unknown") -> FeedbackRecord:
    to = world.return_path(world.mail())
    raw = bounce(to, said=said)
    (record,) = take(
        world.session, world.links, parse(raw, delivered_to=to), Intake(MAIL, str(world.sent), raw)
    )
    world.session.commit()
    return record


@both_databases
def test_what_came_back_is_listed_and_filtered(admin_client: SignedIn, world: World) -> None:
    record = take_bounce(world, "User <script>alert(1)</script> unknown")
    mailing_id, event_id = record.mailing_id, record.id
    world.event(world.mail(), EventKind.COMPLAINT)
    count_refused(world.session, "mailgun", "webhook_forged")
    world.session.commit()
    page = admin_client.get(LIST).text
    for words in (
        "Hard bounce",
        "Complaint",
        "no such address",
        "ana@readers.example",
        "1 webhook message was refused",
    ):
        assert words in page
    assert "<script>alert" not in page
    assert "User &lt;script&gt;" in page
    for query, n in (("kind=complaint", 0), ("kind=hard&reason=user_unknown", 1), ("kind=x&before=y", 1)):
        assert (f"/admin/feedback/{event_id}/message" in admin_client.get(f"{LIST}?{query}").text) == n
    assert "Complaint</" not in admin_client.get(f"{LIST}?mailing={mailing_id}").text.split("<tbody")[1]
    assert "Hard bounce" in admin_client.get(f"/admin/mailings/{mailing_id}").text


def test_a_complaint_that_names_no_delivery_is_on_the_page(admin_client: SignedIn, world: World) -> None:
    take_bounce(world)
    assert "cannot be traced to a mailing" not in admin_client.get(LIST).text
    complaint = FeedbackEvent(EventKind.COMPLAINT, parser="arf", diagnostic="abuse by <b>nobody</b>")
    take(world.session, world.links, [complaint], Intake(MAIL, "arf-1", b"raw"))
    world.session.commit()
    page = admin_client.get(LIST).text
    assert "1 message cannot be traced to a mailing" in page
    assert "abuse by" not in page
    unassigned = admin_client.get(f"{LIST}?unassigned=1").text
    assert "abuse by &lt;b&gt;nobody" in unassigned
    assert "User unknown" not in unassigned
    assert "abuse by" not in admin_client.get(f"{LIST}?unassigned=1&kind=hard").text


def test_the_message_is_a_file_that_no_browser_shows(admin_client: SignedIn, world: World) -> None:
    record = take_bounce(world)
    answer = admin_client.post(f"/admin/feedback/{record.id}/message")
    assert answer.data.startswith(b"From: MAILER-DAEMON")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=message-{record.id}.txt"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    world.session.rollback()
    taken = select(AuditEntry.subject_id).where(AuditEntry.action == "feedback.downloaded")
    assert world.session.scalars(taken).all() == [record.id]
    world.session.rollback()
    assert admin_client.post("/admin/feedback/999/message").status_code == 404


def test_a_person_is_judged_again_and_written_to_again(admin_client: SignedIn, world: World) -> None:
    record = take_bounce(world)
    person = f"/admin/subscribers/{world.reader.subscriber_id}"
    page = admin_client.get(person).text
    assert "Bounces and complaints" in page
    assert "User unknown" in page
    assert "Lift the suppression" in page
    told = admin_client.post(f"{person}/rejudge", follow_redirects=True).text
    assert "rules say the same" in told
    admin_client.post(f"{person}/lift")
    assert world.suppression is None
    world.session.refresh(record)
    record.kind, record.reason = EventKind.HARD, EventReason.USER_UNKNOWN
    assert record.consequence == "lifted"
    world.event(world.mail(), EventKind.COMPLAINT)
    assert "Lift the suppression" not in admin_client.get(person).text
    admin_client.post(f"{person}/lift")
    assert world.suppression is not None  # only its owner may


def test_everything_is_judged_again_by_a_worker(admin_client: SignedIn, world: World, redis_url: str) -> None:
    client = empty_queues(redis_url)
    assert world.publication.slug == "weekly"
    world.session.rollback()
    assert admin_client.post(f"{LIST}/rejudge").status_code == 303
    assert queued(client, jobs.rejudge_feedback.queue) == [{}]


def test_the_limits_of_a_publication(admin_client: SignedIn, world: World) -> None:
    path, session = f"{LIST}/limits", world.session
    good = {"bounce_limit": "5", "complaint_limit": "0,1"}
    assert admin_client.post(path, data=good).status_code == 303
    session.rollback()
    limits = select(Publication.bounce_limit, Publication.complaint_limit)
    assert tuple(session.execute(limits).one()) == (5.0, 0.1)
    session.rollback()
    for bad in ("", "0", "101", "nan", "inf", "x"):
        answer = admin_client.post(path, data=good | {"bounce_limit": bad})
        assert answer.status_code == 400
        assert "Type a number from 0.01 to 100." in answer.text
    assert tuple(session.execute(limits).one()) == (5.0, 0.1)
