"""A freeze that is interrupted goes on; one that cannot be rendered when it is due waits for its editors."""

from typing import cast

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending import control, failpoints
from newsletter.sending.freeze import freeze
from tests.sending.conftest import READERS, checked
from tests.sending.pressing import press


def test_what_cannot_be_rendered_any_more_waits_and_says_why(runtime: Runtime, scheduled: int) -> None:
    with runtime.session() as session:
        publication = session.scalars(select(Publication)).one()
        good, publication.sender_email = publication.sender_email, "no address"
        session.commit()
    assert freeze(runtime.sessions, scheduled, runtime.links) is False
    with runtime.session() as session:
        mailing = session.get_one(Mailing, scheduled)
        assert (mailing.state, mailing.control) == (MailingState.FREEZING, Control.PAUSE)
        assert mailing.held_reason.startswith("It cannot be rendered: ")
        session.scalars(select(Publication)).one().sender_email = good
        control.resume(session, scheduled, actor="test")
        session.commit()
    assert freeze(runtime.sessions, scheduled, runtime.links) is True


def test_accounts_that_do_not_add_up_are_an_error(runtime: Runtime, scheduled: int) -> None:
    with runtime.session() as session:
        session.get_one(Mailing, scheduled).candidates = 7
        session.commit()
    with pytest.raises(RuntimeError, match="do not add up"):
        freeze(runtime.sessions, scheduled, runtime.links)


@pytest.mark.parametrize(
    ("place", "frozen"),
    [("freeze.chunk=error", 0), ("freeze.chunk=error@2", 10), ("freeze.complete=error", READERS)],
)
def test_one_that_was_interrupted_goes_on_where_its_last_commit_ended(
    runtime: Runtime, scheduled: int, place: str, frozen: int
) -> None:
    failpoints.arm(place)
    try:
        with pytest.raises(OSError, match="the failpoint freeze"):
            freeze(runtime.sessions, scheduled, runtime.links, chunk=10)
    finally:
        failpoints.arm("")
    with runtime.session() as session:
        mailing = session.get_one(Mailing, scheduled)
        assert (mailing.state, mailing.candidates) == (MailingState.FREEZING, frozen)
    assert freeze(runtime.sessions, scheduled, runtime.links, chunk=10) is True
    with runtime.session() as session:
        found = checked(session, scheduled)
        assert (found.candidates, found.pending, found.state) == (READERS, READERS, "sending")


def test_one_that_is_paused_between_two_chunks_goes_on_when_it_is_resumed(
    runtime: Runtime, scheduled: int
) -> None:
    opened = iter(range(3))

    def sessions() -> Session:
        if next(opened, None) == 2:  # after its beginning and the first chunk
            press(runtime, control.pause, scheduled)
        return runtime.sessions()

    assert freeze(cast(sessionmaker[Session], sessions), scheduled, runtime.links, chunk=10) is False
    with runtime.session() as session:
        mailing = session.get_one(Mailing, scheduled)
        assert (mailing.state, mailing.candidates) == (MailingState.FREEZING, 10)
    press(runtime, control.resume, scheduled)
    assert freeze(runtime.sessions, scheduled, runtime.links, chunk=10) is True
    with runtime.session() as session:
        assert checked(session, scheduled).pending == READERS
