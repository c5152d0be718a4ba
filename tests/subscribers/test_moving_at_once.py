"""Somebody's address changes in the moment in which something else happens to it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.core.db import session_factory
from newsletter.core.errors import Conflict, Missing
from newsletter.publications.models import Publication
from newsletter.subscribers.address_change import ask_for_change, change_address, moment_of
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.erase import erase
from newsletter.subscribers.imports.immediate import import_subscribers
from newsletter.subscribers.models import State, Subscriber, Subscription
from tests.factories import NO_FILES
from tests.processes import wait_until
from tests.subscribers.conftest import Ask
from tests.subscribers.moving import NEW, OLD
from tests.subscribers.test_at_once import _sign_up, together
from tests.subscribers.test_erase import everything

TIMES = range(3)  # whoever is quicker
Work = Callable[[Session], object]


@pytest.fixture
def change(session: Session, ana: Subscription) -> Work:
    """The press of the button behind the link."""
    wish = ask_for_change(session, ana.subscriber_id, parse_address(NEW))
    session.commit()
    change_id, moment = wish.id, moment_of(wish)
    session.rollback()

    def work(s: Session) -> None:
        with suppress(Conflict, Missing):
            change_address(s, change_id, moment, locale="en")
            return
        s.rollback()

    return work


def people(session: Session) -> set[str | None]:
    """Their addresses; None where one of them has none any more."""
    session.rollback()
    return set(session.scalars(select(Subscriber.email)))


@pytest.mark.parametrize("_time", TIMES)
def test_a_sign_up_under_the_new_address(
    engine: Engine, session: Session, publication: Publication, change: Work, _time: int
) -> None:
    together(engine, change, _sign_up(publication, NEW))
    # It was asked for what they have by now; or what was only typed gave way; or the change did.
    assert people(session) in ({NEW}, {NEW, None}, {NEW, OLD})


@pytest.mark.parametrize("_time", TIMES)
def test_a_confirmation_under_the_new_address(
    engine: Engine, session: Session, ask: Ask, change: Work, _time: int
) -> None:
    pending = ask(NEW)
    assert pending is not None
    subscription_id = pending.id
    session.rollback()

    def press(s: Session) -> None:
        with suppress(Conflict):
            confirm(s, subscription_id, locale="en")

    together(engine, change, press)
    session.refresh(pending)
    assert (pending.state, people(session)) in (
        (State.ACTIVE, {NEW, OLD}),
        (State.ENDED, {NEW, None}),
    )


@pytest.mark.parametrize("_time", TIMES)
def test_an_import_of_the_old_address(
    engine: Engine,
    session: Session,
    publication: Publication,
    change: Work,
    tmp_path: Path,
    _time: int,
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\n" + "".join(f"{each}\n" for each in (OLD, "bo@old.example")))
    publication_id = publication.id
    session.rollback()

    def bring(s: Session) -> None:
        ours = s.get_one(Publication, publication_id)
        result = import_subscribers(s, ours, file, actor="test")
        assert (result.imported, result.errors) == (1, [])
        assert result.skipped in ({}, {"moved": 1})

    together(engine, change, bring)
    assert people(session) == {NEW, "bo@old.example"}


@pytest.mark.parametrize("_time", TIMES)
def test_an_erasure(engine: Engine, session: Session, ana: Subscription, change: Work, _time: int) -> None:
    person = ana.subscriber_id
    session.rollback()
    together(engine, change, lambda s: erase(s, person, actor="test", files=NO_FILES))
    session.rollback()
    left = everything(session)
    assert OLD not in left
    assert NEW not in left


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_sign_up_that_is_not_committed_yet(
    engine: Engine, session: Session, publication: Publication, change: Work
) -> None:
    """The change waits for it, and is refused."""
    sign_up, sessions = _sign_up(publication, NEW), session_factory(engine)
    session.rollback()

    def waits() -> bool:
        waiting = session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        session.rollback()
        return bool(waiting)

    with sessions() as first, sessions() as second, ThreadPoolExecutor(1) as pool:
        sign_up(first)
        changed = pool.submit(change, second)
        wait_until(waits)
        first.commit()
        changed.result(30)
    assert people(session) == {NEW, OLD}
