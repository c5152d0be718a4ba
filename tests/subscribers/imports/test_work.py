"""An import survives whoever reads it: killed, doubled, stopped, it ends with every row counted once."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.erase import erase
from newsletter.subscribers.imports.confirm import confirm_import
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import ImportProblem, ImportState, SubscriberImport
from newsletter.subscribers.imports.process import MOST_ATTEMPTS, STALLED_AFTER, run_import
from newsletter.subscribers.imports.requeue import waiting_imports
from newsletter.subscribers.imports.upload import create_import, store_upload
from newsletter.subscribers.models import ConsentRecord, Subscriber, Subscription
from tests.factories import files_below
from tests.subscribers.conftest import publication

assert publication

SIZE = 10  # rows of a batch
ROWS = 95
AGAIN, NOBODY = "reader1@new.example,Again\n", "nobody\n"
# Every tenth row is a repeated one, and every tenth is no address.
TEXT = "email,name\n" + "".join(
    {0: AGAIN, 5: NOBODY}.get(n % 10, f"reader{n}@new.example,Reader\n") for n in range(1, ROWS + 1)
)
WHOLE = (76, 0, 19)  # imported, already there, left out


class Killed(BaseException):
    """As when the process is no more: nothing of ours catches it."""


@pytest.fixture
def files(tmp_path: Path) -> ImportFiles:
    return ImportFiles(tmp_path)


Begin = Callable[..., int]


@pytest.fixture
def begin(session: Session, publication: Publication, files: ImportFiles) -> Begin:
    """Accept an import; its id."""

    def accepted(text: str = TEXT, filename: str = "people.csv") -> int:
        taken = store_upload(files, io.BytesIO(text.encode()), filename=filename)
        made = create_import(session, publication, taken, statement="They agreed.", actor="ed@press.example")
        confirm_import(session, publication.id, made.id, actor="ed@press.example")
        session.commit()
        number = made.id
        session.rollback()
        return number

    return accepted


def counts(session: Session, import_id: int) -> tuple[int, int, int]:
    one = look(session, import_id)
    found = (one.imported, one.already, one.invalid)
    session.rollback()
    return found


def look(session: Session, import_id: int) -> SubscriberImport:
    session.rollback()
    session.expire_all()
    one = session.get_one(SubscriberImport, import_id)
    session.expunge(one)
    session.rollback()
    return one


def total(session: Session, table: type) -> int:
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.rollback()
    return found


def check_whole(session: Session, import_id: int, files: ImportFiles) -> None:
    one = look(session, import_id)
    assert one.state is ImportState.DONE
    assert counts(session, import_id) == WHOLE
    assert one.position == ROWS + 1
    assert sum(WHOLE) == ROWS
    for table in (Subscriber, Subscription, ConsentRecord):
        assert total(session, table) == WHOLE[0]
    assert total(session, ImportProblem) == WHOLE[2]
    assert list(files.folder.iterdir()) == []


def die_at(runtime: Runtime, commit: int) -> sessionmaker[Session]:
    """Sessions of a process that is killed when it is about to commit for the `commit`th time."""
    sessions = sessionmaker(runtime.engine, class_=runtime.sessions.class_, expire_on_commit=False)
    left = [commit]

    def count(_session: Session) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    event.listen(sessions, "before_commit", count)
    return sessions


def test_whole(runtime: Runtime, session: Session, files: ImportFiles, begin: Begin) -> None:
    import_id = begin()
    assert waiting_imports(session) == [import_id]
    session.rollback()
    run_import(runtime.sessions, import_id, files, size=SIZE)
    check_whole(session, import_id, files)
    run_import(runtime.sessions, import_id, files, size=SIZE)  # a job that came twice
    check_whole(session, import_id, files)
    assert waiting_imports(session) == []


@pytest.mark.parametrize("commit", range(1, 13))
def test_killed_at_every_commit_it_goes_on_where_it_was(
    runtime: Runtime, session: Session, files: ImportFiles, begin: Begin, commit: int
) -> None:
    import_id = begin()
    with pytest.raises(Killed):
        run_import(die_at(runtime, commit), import_id, files, size=SIZE)
    before = look(session, import_id)
    run_import(runtime.sessions, import_id, files, size=SIZE)
    if commit > 1:  # for a moment it may be in living hands
        assert look(session, import_id).position == before.position
        with time_machine.travel(clock.now() + STALLED_AFTER + timedelta(seconds=1)):
            assert waiting_imports(session) == [import_id]
            session.rollback()
            run_import(runtime.sessions, import_id, files, size=SIZE)
    check_whole(session, import_id, files)


def test_stopped_after_each_batch(
    runtime: Runtime, session: Session, files: ImportFiles, begin: Begin
) -> None:
    import_id = begin()
    for _ in range(9):
        run_import(runtime.sessions, import_id, files, lambda: True, size=SIZE)
        assert look(session, import_id).state is ImportState.QUEUED
        assert waiting_imports(session) == [import_id]
        session.rollback()
    run_import(runtime.sessions, import_id, files, size=SIZE)
    check_whole(session, import_id, files)


def test_two_workers_at_once_take_turns(
    runtime: Runtime, session: Session, files: ImportFiles, begin: Begin
) -> None:
    import_id = begin()

    def take_over() -> None:
        with runtime.session() as own:
            own.execute(update(SubscriberImport).values(beat_at=clock.now() - 2 * STALLED_AFTER))
            own.commit()
        run_import(runtime.sessions, import_id, files, size=SIZE)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(take_over) for _ in range(4)]:
            done.result()
    if look(session, import_id).state is not ImportState.DONE:
        take_over()
    check_whole(session, import_id, files)


def test_nobody_gets_past_a_row(runtime: Runtime, session: Session, files: ImportFiles, begin: Begin) -> None:
    import_id = begin()
    for attempt in range(MOST_ATTEMPTS):
        with (
            time_machine.travel(clock.now() + attempt * 2 * STALLED_AFTER, tick=True),
            pytest.raises(Killed),
        ):
            run_import(die_at(runtime, 2), import_id, files, size=SIZE)
    with time_machine.travel(clock.now() + 20 * STALLED_AFTER, tick=True):
        run_import(runtime.sessions, import_id, files, size=SIZE)
    one = look(session, import_id)
    assert one.state is ImportState.FAILED
    assert "keeps failing at line 0" in one.failure
    assert list(files.folder.iterdir()) == []


def test_a_file_that_is_gone(runtime: Runtime, session: Session, files: ImportFiles, begin: Begin) -> None:
    import_id = begin()
    files.discard(look(session, import_id).file)
    run_import(runtime.sessions, import_id, files)
    one = look(session, import_id)
    assert (one.state, one.failure) == (
        ImportState.FAILED,
        "people.csv cannot be read: No such file or directory.",
    )


def test_an_import_that_is_not_there(runtime: Runtime, files: ImportFiles) -> None:
    run_import(runtime.sessions, 987654, files)


def test_what_cannot_be_accepted_leaves_no_file(files: ImportFiles) -> None:
    with pytest.raises(Refused):
        store_upload(files, io.BytesIO(b"name\nAna\n"), filename="people.csv")
    assert list(files.folder.iterdir()) == []


def test_an_erasure_reaches_what_a_worker_has_read_already(
    runtime: Runtime, session: Session, begin: Begin, files: ImportFiles, tmp_path: Path
) -> None:
    """The next row is quoted by its problem; the worker would take it from the file as it was."""
    number = begin('email,name\nana@new.example,Ana\n"ana@new.example"x,Ana\nben@new.example,Ben\n')

    def erase_ana() -> bool:
        ana = session.scalars(select(Subscriber.id).where(Subscriber.email == "ana@new.example")).first()
        if ana is not None:
            erase(session, ana, actor="ed@press.example", files=files_below(tmp_path))
        session.commit()
        return False

    run_import(runtime.sessions, number, files, erase_ana, size=1)
    assert look(session, number).state is ImportState.QUEUED
    assert waiting_imports(session) == [number]
    session.rollback()
    run_import(runtime.sessions, number, files)
    assert look(session, number).state is ImportState.DONE
    assert total(session, ImportProblem) == 0
    assert counts(session, number) == (2, 0, 0)
