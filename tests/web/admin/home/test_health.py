"""Health in plain words: fine, silent, late, refused, and honest when nobody can know."""

import time
from dataclasses import replace

from redis import Redis
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.queue import Queue
from newsletter.health.check import AutoPausedMailing, Health, OutboxState
from newsletter.health.heartbeats import REMEMBERED_SECONDS, SERVED, SILENT_AFTER_SECONDS, SWEEP, Heartbeats
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.publications.models import Publication
from newsletter.settings import Settings
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.sign_up import sign_up
from newsletter.subscribers.unsubscribe_spool import SpooledUnsubscribe, UnsubscribeSpool
from newsletter.web.admin.home.health_words import conditions, for_editors
from newsletter.web.admin.home.show import STARTED_AT
from tests.databases import both_databases
from tests.web.admin.mailings.ledger import XSS, read
from tests.web.signed_in import SignedIn

DETAILS = "/admin/settings/health"
NOTHING_WAITS = OutboxState(0, None, None, "")


def health(
    heartbeats: Heartbeats | None,
    outbox: OutboxState = NOTHING_WAITS,
    held: list[AutoPausedMailing] | None = None,
) -> Health:
    return Health(heartbeats, outbox, held or [])


def test_all_is_well(admin_client: SignedIn, publication: Publication) -> None:
    page = read(admin_client, DETAILS)
    assert "All queues have a running worker" in page
    assert "checked for work less than a minute ago" in page
    assert "All confirmations and other system messages have been sent." in page
    home = read(admin_client, "/admin/")
    assert "Everything that sends messages is running." in home
    assert not {"Sweep", "Workers", "queue"} & set(home.replace("<", " ").replace(">", " ").split())
    assert home.index(">Readers</h2>") < home.index(">Health</h2>")


def test_a_silent_queue_comes_first_and_says_what_to_do(
    admin_client: SignedIn, publication: Publication, redis: Redis
) -> None:
    redis.pexpire(f"newsletter:sign:{Queue.BULK}", (REMEMBERED_SECONDS - 600) * 1000)
    page = read(admin_client, DETAILS)
    assert "No worker is available for: sending mailings. A worker last reported 10 minutes ago." in page
    assert "Start the workers on the server" in page
    home = read(admin_client, "/admin/")
    assert "There is a problem on the server" in home
    assert f'href="{DETAILS}"' in home
    assert home.index(">Health</h2>") < home.index(">Readers</h2>")


def test_nobody_was_ever_heard(admin_client: SignedIn, publication: Publication, redis: Redis) -> None:
    redis.flushdb()
    page = read(admin_client, DETAILS)
    assert "No worker has reported within the last day." in page
    assert "The database was not checked for work in the last day." in page
    assert "Start the periodic worker." in page


def test_in_the_first_half_minute_workers_that_were_not_heard_are_starting(
    admin_client: SignedIn, publication: Publication, redis: Redis
) -> None:
    redis.flushdb()
    admin_client.application.extensions[STARTED_AT] = time.monotonic() - SILENT_AFTER_SECONDS + 10
    assert read(admin_client, DETAILS).count("has just been started") == 2
    home = read(admin_client, "/admin/")
    assert "has just been started" in home
    assert "There is a problem on the server" not in home
    admin_client.application.extensions[STARTED_AT] = time.monotonic() - SILENT_AFTER_SECONDS
    assert "No worker has reported within the last day." in read(admin_client, DETAILS)
    assert "There is a problem on the server" in read(admin_client, "/admin/")


def test_another_trouble_is_told_while_it_starts(admin_client: SignedIn) -> None:
    heartbeats = Heartbeats(dict.fromkeys(SERVED), None, dict.fromkeys(SERVED, 0))
    for given in (Health(None, NOTHING_WAITS, [], starting=True), health(heartbeats, refused_now())):
        with admin_client.application.test_request_context("/"):
            (summed,) = for_editors(conditions(replace(given, starting=True)))
            assert summed.kind in {"warning", "error"}


def refused_now() -> OutboxState:
    return OutboxState(1, clock.now(), None, "The relay refuses the log-in.")


def test_the_sweep_alone_is_silent(admin_client: SignedIn, publication: Publication, redis: Redis) -> None:
    redis.pexpire(f"newsletter:sign:{SWEEP}", (REMEMBERED_SECONDS - 7200) * 1000)
    page = read(admin_client, DETAILS)
    assert "The database was last checked for work 2 hours ago." in page
    assert "All queues have a running worker" in page


@both_databases
def test_messages_that_nobody_sends(
    admin_client: SignedIn, publication: Publication, session: Session, redis: Redis
) -> None:
    message = SystemMessage(kind="confirmation", recipient="a@b.example", address_hash="x", facts={})
    session.add(message)
    session.commit()
    assert "1 system message has been waiting for" in read(admin_client, DETAILS)
    message.next_at = message.created_at = message.created_at.replace(year=2025)
    redis.rpush(Queue.TRANSACTIONAL.value, "job")
    session.commit()
    page = read(admin_client, DETAILS)
    assert ">Late<" in page
    assert "1 job is queued." in page
    message.error = f"The relay refuses the log-in. {XSS}"
    session.commit()
    page = read(admin_client, DETAILS)
    assert "The relay refuses the log-in." in page
    assert XSS not in page


def test_without_redis_the_page_is_there_soon_and_says_what_it_cannot_know(
    settings: Settings, session: Session, publication: Publication, admin_client: SignedIn
) -> None:
    admin_client.get("/admin/")  # everything is compiled and connected
    admin_client.application.extensions["newsletter_settings"] = settings.model_copy(
        update={"redis_url": "redis://127.0.0.1:1/0"}
    )
    begun = time.monotonic()
    page = read(admin_client, DETAILS)
    assert time.monotonic() - begun < 2
    assert page.count("Unknown") == 2
    assert "Redis is not responding, so we cannot see whether the workers are running" in page
    assert "Start Redis, or check REDIS_URL." in page


def test_every_condition_has_words_for_what_is_wrong(admin_client: SignedIn) -> None:
    heartbeats = Heartbeats(dict.fromkeys(SERVED), None, dict.fromkeys(SERVED, 0))
    with admin_client.application.test_request_context("/"):
        wrong = [one for one in conditions(health(heartbeats)) if one.kind != "success"]
        assert wrong
        assert all(one.word and one.sentence and one.step for one in wrong)
        held = conditions(
            health(None, held=[AutoPausedMailing(7, "Issue one", "The relay refuses the log-in.")])
        )
        assert [one.part for one in held] == ["Mailing", "Workers", "Schedules", "System messages"]
        assert held[0].url == "/admin/mailings/7"
        two = [
            AutoPausedMailing(7, "Issue one", "It was told."),
            AutoPausedMailing(8, "Issue two", "It was not."),
        ]
        rest = conditions(health(None, held=two), mentioned={7})
        assert [one.url for one in rest if one.part == "Mailing"] == ["/admin/mailings/8"]
        assert "Relay" not in [one.part for one in rest]


@both_databases
def test_a_confirmation_that_never_left_is_told_here_and_on_the_persons_page(
    editor_client: SignedIn, publication: Publication, session: Session
) -> None:
    words = Consent(text="", version="", locale="en")
    address = parse_address("nina@readers.example")

    def ask() -> None:
        sign_up(session, publication=publication, address=address, words=words, source=ConsentSource.FORM)
        session.commit()

    ask()
    session.execute(update(SystemMessage).values(state=MessageState.FAILED, error=f"550 no such user {XSS}"))
    session.commit()
    person = session.scalars(select(SystemMessage)).one().facts["subscriber_id"]
    page = read(editor_client, "/admin/")
    assert "1 confirmation or other system message could not be delivered" in page
    assert "550 no such user" in page
    assert XSS not in page
    assert "All confirmations and other system messages have been sent." not in page
    assert f'href="/admin/subscribers/{person}"' in page
    assert "550 no such user" in read(editor_client, f"/admin/subscribers/{person}")
    ask()
    assert "550 no such user" not in read(editor_client, "/admin/")
    assert "550 no such user" not in read(editor_client, f"/admin/subscribers/{person}")


def test_unsubscribes_that_wait_and_that_could_not_be_carried_out(
    admin_client: SignedIn, publication: Publication, settings: Settings
) -> None:
    assert "Unsubscribes" not in read(admin_client, "/admin/")
    spool = UnsubscribeSpool(settings.unsubscribe_dir)
    for n in range(1, 4):
        spool.keep(SpooledUnsubscribe(ConsentSource.PAGE, n))
    spool.set_aside(spool.waiting()[0])
    page = read(admin_client, "/admin/")
    assert "2 readers unsubscribed while the database was unavailable." in page
    assert "1 unsubscribe could not be processed." in page
    assert str(spool.failed_folder) in page


def test_a_record_of_the_sender_that_vanished(
    admin_client: SignedIn, session: Session, publication: Publication
) -> None:
    publication.sender_email = "desk@press.org"
    vanished = [("dmarc", "_dmarc.press.org")]
    session.add(SenderCheck(domain="press.org", due_at=clock.now(), vanished=vanished))
    session.commit()
    for page in (read(admin_client, DETAILS), read(admin_client, "/admin/")):
        assert "has disappeared from the DNS." in page
        assert f"/admin/p/{publication.slug}/deliverability" in page
