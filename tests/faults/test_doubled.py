"""Everything that may happen twice does: Send, beats, jobs. And who waits for whom."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter import jobs
from newsletter.core.addresses import parse_address
from newsletter.core.queue import broker
from newsletter.issues.models import Issue
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.sending.schedule import schedule
from newsletter.smtp.sink import read_records
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.sign_up import sign_up
from tests.databases import BOTH
from tests.extent import usual
from tests.factories import make_issue, make_publication, make_readers
from tests.faults.stage import Stage, stage
from tests.processes import wait_until
from tests.sending.pressing import press_at_once

PRESSES = usual(20, soak=50)
BEATS = 3
BELLS = usual(5, soak=20)
READERS = usual(300, soak=6_000)
# A confirmation waits for nobody; the rest is what two busy cores may add.
SOON_SECONDS = 5.0

pytestmark = pytest.mark.faults


@pytest.fixture(params=BOTH)
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, request.param) as made:
        broker.connect(made.valkey.url)
        yield made


def test_pressed_and_rung_again_and_again(given: Stage) -> None:
    with given.runtime.session() as session:
        publication = make_publication(session)
        make_readers(session, publication, READERS)
        issue_id = make_issue(session, publication).id
        session.commit()
    given.installation.start("bulk", "periodic")
    answers = press_at_once(
        given.runtime,
        PRESSES,
        lambda session: (
            schedule(session, session.get_one(Issue, issue_id), None, given.runtime.links, actor="test").id
        ),
    )
    assert len(answers) == PRESSES
    assert len(set(answers)) == 1
    mailing_id = int(answers[0])
    while not given.over(mailing_id):
        for _ in range(BEATS):
            jobs.sweep.publish()
        for _ in range(BELLS):
            jobs.freeze_mailing.publish(mailing_id=mailing_id)
            jobs.drain_mailing.publish(mailing_id=mailing_id)
        time.sleep(0.3)
    found = given.hold_promise(mailing_id)
    assert (found.sent, found.unanswered) == (READERS, 0)
    with given.runtime.session() as session:
        assert session.scalar(select(func.count()).select_from(Mailing)) == 1


# Workers that wait for nobody wait for no database, either: what they do with it at once is SQL of others.
@pytest.mark.parametrize("given", usual(["sqlite"], soak=BOTH), indirect=True)
def test_two_mailings_and_a_confirmation_that_waits_for_neither(given: Stage) -> None:
    first = given.schedule(READERS, "first", per_second=40)
    second = given.schedule(slug="second", per_second=40)
    given.installation.start("worker", "bulk", "periodic")
    given.sent_at_least(20, first)
    assert confirm(given, "somebody@new.example") < SOON_SECONDS
    assert not given.over(first, second), "it came in their middle"
    for mailing_id in (first, second):
        given.throttle(mailing_id, None)
    given.finish(first, second)
    for mailing_id in (first, second):
        assert given.hold_promise(mailing_id).sent == READERS


def confirm(given: Stage, email: str) -> float:
    """Sign up; how many seconds passed until the relay had the confirmation."""
    with given.runtime.session() as session:
        publication = session.scalars(select(Publication)).one()
        agreed = Consent("They agreed.", "1", "en")
        sign_up(
            session,
            publication=publication,
            address=parse_address(email),
            words=agreed,
            source=ConsentSource.FORM,
        )
        session.commit()
    began = time.monotonic()
    wait_until(
        lambda: any(record.recipient == email for record in read_records(given.sink.record)),
        lambda: given.installation.said("worker"),
        patience=60,
    )
    return time.monotonic() - began
