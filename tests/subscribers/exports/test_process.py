"""A worker writes large exports: each is complete or not there, kept for a day, and gone with an erasure."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import false, select, true, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Missing
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.erase import erase
from newsletter.subscribers.exports import process
from newsletter.subscribers.exports.files import ExportFiles
from newsletter.subscribers.exports.models import KEPT_FOR, ExportState, FileFormat, SubscriberExport
from newsletter.subscribers.exports.process import (
    MOST_ATTEMPTS,
    begin_export,
    find_finished,
    run_export,
    tidy_exports,
)
from newsletter.subscribers.listing import SubscriptionFilter
from newsletter.subscribers.models import Subscriber
from tests.factories import files_below, make_publication, make_readers


def everybody(_session: Session, _publication: Publication, _slug: str) -> Any:
    return true()


class Exporting:
    """An editor who asks, and a worker who writes."""

    def __init__(self, session: Session, runtime: Runtime) -> None:
        self.session, self.runtime = session, runtime
        self.files = ExportFiles(runtime.settings.data_dir)
        made = make_publication(session)
        self.publication_id = made.id
        make_readers(session, made, 3)
        self.id = self.ask()

    def ask(self, segment: str = "", format_: FileFormat = FileFormat.CSV) -> int:
        wanted = SubscriptionFilter()
        publication = self.session.get_one(Publication, self.publication_id)
        asked = begin_export(
            self.session, publication, wanted, format_, segment=segment, people=3, actor="test"
        )
        self.session.commit()
        self.id = asked.id
        return asked.id

    def run(self, **how: Any) -> SubscriberExport | None:
        narrow = how.pop("narrow", everybody)
        run_export(self.runtime.sessions, self.id, self.files, narrow, **how)
        return self.row

    @property
    def row(self) -> SubscriberExport | None:
        self.session.rollback()
        found = self.session.get(SubscriberExport, self.id)
        if found is not None:
            self.session.refresh(found)
            self.session.expunge(found)
        self.session.rollback()
        return found

    @property
    def kept(self) -> list[str]:
        return sorted(path.name for path in self.files.folder.glob("*"))

    def age(self, by: timedelta) -> None:
        then = clock.now() - by
        values = {"finished_at": then, "beat_at": then}
        self.session.execute(update(SubscriberExport).values(values))
        self.session.commit()


@pytest.fixture
def exporting(session: Session, runtime: Runtime) -> Iterator[Exporting]:
    yield Exporting(session, runtime)
    session.rollback()


def test_a_file_is_written_once_and_kept_for_a_day(exporting: Exporting) -> None:
    row = exporting.run()
    assert row is not None
    assert (row.state, row.written, row.failure) == (ExportState.DONE, 3, "")
    path = exporting.files.path(find_finished(exporting.session, exporting.publication_id, exporting.id).file)
    exporting.session.rollback()
    assert len(path.read_text().splitlines()) == 4
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.stat().st_mtime_ns
    exporting.run()  # a job that is doubled
    assert (path.stat().st_mtime_ns, exporting.kept) == (before, [path.name])
    tidy_exports(exporting.runtime.sessions, exporting.files)
    assert exporting.kept == [path.name]
    exporting.age(KEPT_FOR + timedelta(minutes=1))
    tidy_exports(exporting.runtime.sessions, exporting.files)
    assert (exporting.row, exporting.kept) == (None, [])


def test_what_a_dead_worker_left_is_begun_anew(exporting: Exporting, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(process, "write_people", dies)
        with pytest.raises(KeyboardInterrupt):
            exporting.run()
    assert (exporting.row and exporting.row.state, len(exporting.kept)) == (ExportState.RUNNING, 1)
    row = exporting.run()
    assert row is not None
    assert (row.state, row.attempts) == (ExportState.RUNNING, 1)  # it may be at work still
    exporting.age(timedelta(minutes=1))
    exporting.session.execute(update(SubscriberExport).values(finished_at=None))
    exporting.session.commit()
    row = exporting.run()
    assert row is not None
    assert (row.state, row.attempts) == (ExportState.DONE, 2)
    tidy_exports(exporting.runtime.sessions, exporting.files)
    assert exporting.kept == [row.file]


def test_a_worker_that_ends_puts_it_back_and_one_that_fails_says_why(exporting: Exporting) -> None:
    row = exporting.run(stopping=lambda: True)
    assert row is not None
    assert (row.state, exporting.kept) == (ExportState.QUEUED, [])

    def unknown(*_: object) -> Any:
        raise Missing("unknown_segment", "There is no segment.")

    exporting.ask("press")
    row = exporting.run(narrow=unknown)
    assert row is not None
    assert (row.state, row.failure, exporting.kept) == (ExportState.FAILED, "There is no segment.", [])
    exporting.ask("press")
    row = exporting.run(narrow=lambda *_: false())
    assert row is not None
    assert (row.state, row.written) == (ExportState.DONE, 0)
    exporting.ask()
    exporting.session.execute(update(SubscriberExport).values(attempts=MOST_ATTEMPTS))
    exporting.session.commit()
    row = exporting.run()
    assert row is not None
    assert row.state is ExportState.FAILED


def test_an_erasure_takes_the_files_and_the_worker_begins_anew_without_the_person(
    exporting: Exporting,
) -> None:
    done = exporting.run()
    assert done is not None
    under_way = exporting.ask()
    person = exporting.session.scalars(select(Subscriber.id).order_by(Subscriber.id)).first() or 0
    exporting.session.commit()
    erased: list[Subscriber] = []

    def erase_once() -> bool:
        if not erased:
            files = files_below(exporting.runtime.settings.data_dir)
            erased.append(erase(exporting.session, person, actor="test", files=files))
            exporting.session.commit()
        return False

    row = exporting.run(stopping=erase_once)
    assert row is not None
    assert (row.state, row.file, exporting.kept) == (ExportState.QUEUED, "", [])
    assert exporting.session.get(SubscriberExport, done.id) is None
    exporting.session.rollback()
    row = exporting.run()
    assert row is not None
    assert (row.id, row.state, row.written) == (under_way, ExportState.DONE, 2)
    assert "reader1@" not in exporting.files.path(row.file).read_text()
