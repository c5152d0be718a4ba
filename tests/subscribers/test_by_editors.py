"""What editors do to people, also several at the same moment, and what an erasure leaves of it."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict, Refused
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.add import Outcome, ask_to_confirm, vouch_for
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.end import end_by_editor
from newsletter.subscribers.erase import erase
from newsletter.subscribers.export_data import export_data
from newsletter.subscribers.imports.confirm import confirm_import
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import ImportProblem
from newsletter.subscribers.imports.process import run_import
from newsletter.subscribers.imports.upload import create_import, store_upload
from newsletter.subscribers.models import ConsentRecord, ConsentSource, State, Subscription, Suppression
from newsletter.subscribers.suppress import lift_suppression, suppress_person
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.factories import NO_FILES
from tests.subscribers.conftest import Ask
from tests.subscribers.test_at_once import together

ACTOR = "ed@press.example"
FAY = parse_address("fay@example.org")


def count(session: Session, table: type) -> int:
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.rollback()
    return found


def adding(publication: Publication, act: Callable[..., object], **facts: str) -> Callable[[Session], object]:
    number = publication.id
    return lambda session: act(session, session.get_one(Publication, number), FAY, actor=ACTOR, **facts)


def test_several_editors_add_one_person_once(
    engine: Engine, session: Session, publication: Publication
) -> None:
    ask = adding(publication, ask_to_confirm)
    vouch = adding(publication, vouch_for, note="At the fair.")
    session.rollback()
    together(engine, ask, vouch, ask, vouch)
    assert count(session, Subscription) == 1
    assert count(session, SystemMessage) <= 1
    assert session.scalars(select(Subscription.state)).one() is State.ACTIVE


def test_the_message_speaks_the_publications_language(session: Session, publication: Publication) -> None:
    publication.language = "de"
    assert ask_to_confirm(session, publication, FAY, actor=ACTOR).outcome is Outcome.ASKED
    assert session.scalars(select(SystemMessage.locale)).one() == "de"


def test_a_refused_addition_changes_nothing(session: Session, publication: Publication, ask: Ask) -> None:
    subscription = ask("fay@example.org")
    assert subscription is not None
    unsubscribe(session, subscription.id, source=ConsentSource.PAGE)
    session.commit()
    with pytest.raises(Conflict, match="only they can come back"):
        vouch_for(session, publication, FAY, note="She told me.", actor=ACTOR)
    with pytest.raises(Refused):
        vouch_for(session, publication, FAY, note="  ", actor=ACTOR)
    with pytest.raises(Refused, match="2,000"):
        vouch_for(session, publication, FAY, note="x" * 2001, actor=ACTOR)


def test_several_editors_end_and_suppress_once(engine: Engine, session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    number, person = subscription.id, subscription.subscriber_id
    session.rollback()
    together(engine, *[lambda s: end_by_editor(s, number, actor=ACTOR)] * 3)
    together(engine, *[lambda s: suppress_person(s, person, note="", actor=ACTOR)] * 3)
    assert count(session, Suppression) == 1
    together(engine, *[lambda s: lift_suppression(s, person, actor=ACTOR)] * 3)
    assert count(session, Suppression) == 0
    ended = session.scalars(select(AuditEntry.action).where(AuditEntry.actor == ACTOR)).all()
    for action in ("subscription.ended", "subscriber.suppressed", "subscriber.lifted"):
        assert ended.count(action) == 1


def test_an_end_is_overtaken_by_no_old_link(session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    end_by_editor(session, subscription.id, actor=ACTOR)
    with pytest.raises(Conflict, match="has since ended"):
        confirm(session, subscription.id, locale="en")


def test_their_copy_names_no_colleague(session: Session, publication: Publication) -> None:
    added = vouch_for(session, publication, FAY, note="At the fair.", actor=ACTOR)
    end_by_editor(session, added.subscription.id, actor=ACTOR)
    session.commit()
    told = export_data(session, added.subscription.subscriber_id)
    assert {entry["actor"] for entry in told["history"]} == {"editor"}
    assert told["subscriptions"][0]["consents"][0]["actor"] == "editor"
    assert ACTOR not in str(told)


def test_an_erasure_reaches_into_rows_that_imports_left_out(
    runtime: Runtime, session: Session, publication: Publication, tmp_path: Path
) -> None:
    files = ImportFiles(tmp_path)
    added = vouch_for(session, publication, FAY, note="At the fair.", actor=ACTOR)
    text = b"email\nFAY@example.org;\nsomebody else\n\xef\xbc\xa0\n"
    taken = store_upload(files, io.BytesIO(text), filename="people.csv")
    made = create_import(session, publication, taken, statement="They agreed.", actor=ACTOR)
    confirm_import(session, publication.id, made.id, actor=ACTOR)
    session.commit()
    number, person = made.id, added.subscription.subscriber_id
    session.rollback()
    run_import(runtime.sessions, number, files)
    erase(session, person, actor=ACTOR, files=NO_FILES)
    session.commit()
    left = session.scalars(select(ImportProblem.problem)).all()
    assert "fay@" not in " ".join(left).lower()
    assert any("somebody else" in problem for problem in left)
    assert count(session, ConsentRecord) == 1
