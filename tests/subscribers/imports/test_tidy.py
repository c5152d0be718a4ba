"""What the sweep puts away of imports, and that a dry run counts what an import then does."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.imports import immediate
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.immediate import import_file
from newsletter.subscribers.imports.models import (
    TIME_TO_UNDO,
    ImportChange,
    ImportState,
    SubscriberImport,
)
from newsletter.subscribers.imports.plan import make_plan
from newsletter.subscribers.imports.preview import preview_import
from newsletter.subscribers.imports.read import Source
from newsletter.subscribers.imports.tidy import COMMAND_GONE, tidy_imports
from tests.subscribers.conftest import publication

assert publication


class Killed(BaseException):
    """As when the process is no more."""


def source_of(session: Session, publication: Publication, folder: Path, content: str) -> Source:
    path = folder / "people.csv"
    path.write_text(content)
    return Source(path, "people.csv", plan=make_plan(session, publication.id))


def age(session: Session, by: timedelta) -> None:
    then = clock.now() - by
    session.execute(update(SubscriberImport).values(created_at=then, beat_at=then))
    session.commit()


def test_an_import_of_a_killed_command_is_over_at_last(
    session: Session,
    runtime: Runtime,
    publication: Publication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise Killed

    source = source_of(session, publication, tmp_path, "email\nana@example.org\n")
    with monkeypatch.context() as patched:
        patched.setattr(immediate, "import_batches", dies)
        with pytest.raises(Killed):
            import_file(session, publication, source, actor="test")
    session.rollback()
    files = ImportFiles(tmp_path)
    tidy_imports(runtime.sessions, files)
    assert session.scalar(select(SubscriberImport.state)) is ImportState.RUNNING
    session.rollback()
    age(session, COMMAND_GONE + timedelta(minutes=1))
    tidy_imports(runtime.sessions, files)
    session.expire_all()
    row = session.scalars(select(SubscriberImport)).one()
    assert (row.state, row.undoable) == (ImportState.FAILED, True)
    assert "ended at line 0" in row.failure
    session.rollback()


def test_what_undoing_needs_is_kept_for_as_long_as_it_can_be_undone(
    session: Session, runtime: Runtime, publication: Publication, tmp_path: Path
) -> None:
    source = source_of(session, publication, tmp_path, "email\nana@example.org\n")
    import_file(session, publication, source, actor="test")
    for old, kept in ((TIME_TO_UNDO - timedelta(hours=1), 1), (TIME_TO_UNDO + timedelta(hours=1), 0)):
        age(session, old)
        tidy_imports(runtime.sessions, ImportFiles(tmp_path))
        assert session.scalar(select(func.count()).select_from(ImportChange)) == kept
        session.rollback()


def test_a_dry_run_counts_people_who_only_get_a_tag(
    session: Session, publication: Publication, tmp_path: Path
) -> None:
    first = "email,tags\nana@example.org,press\nbo@example.org,\ncy@example.org,press\n"
    import_file(session, publication, source_of(session, publication, tmp_path, first), actor="test")
    second = "email,tags\nana@example.org,Press\nbo@example.org,press\ncy@example.org,press;new\n"
    source = source_of(session, publication, tmp_path, second)
    expected = preview_import(session, publication.id, source).result
    session.rollback()
    done = import_file(session, publication, source, actor="test").result
    assert (done.already, done.updated) == (3, 2)
    assert (expected.already, expected.updated) == (3, 2)
