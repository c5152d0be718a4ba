"""What an upload would do is shown before anybody is added; two editors, reload and Back included."""

import os
import re
import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.imports.confirm import FORGOTTEN_AFTER, remove_forgotten_uploads
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.subscribers.imports.process import run_import
from newsletter.subscribers.models import ConsentRecord, Subscriber, Subscription
from newsletter.web.admin.subscribers import confirm_import
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import actions, afresh, press, read
from tests.web.admin.subscribers.uploading import AGREED, GOOD, IMPORT, Upload
from tests.web.signed_in import SignedIn

MIXED = """email,name,status,city
new@new.example,Nea,subscribed,Cork
gone@new.example,Gus,unsubscribed,Cork
ana@readers.example,Ana,subscribed,Cork
dee@readers.example,Dee,subscribed,Cork
eve@other.example,Eve,subscribed,Cork
nobody,No,subscribed,Cork
"open@new.example,Opa,subscribed,Cork
"""


@pytest.fixture
def upload(editor_client: SignedIn, runtime: Runtime, publication: Publication) -> Upload:
    return Upload(editor_client, runtime)


def rows(session: Session, *tables: type) -> list[int]:
    afresh(session)
    counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    session.rollback()
    return counts


def counts(page: str) -> list[tuple[str, int]]:
    """The rows of the table of counts."""
    meaning, rows = '<td class="soft">[^<]*</td>', r'<td class="number nums">(\d+)<'
    found = re.findall(f'<th scope="row">([^<]+)</th> {meaning} {rows}', page)
    return [(word, int(number)) for word, number in found]


def state(session: Session) -> ImportState | None:
    afresh(session)
    found = session.scalar(select(SubscriberImport.state))
    session.rollback()
    return found


@both_databases
def test_each_outcome_is_counted_and_nobody_is_added(
    upload: Upload, editor_client: SignedIn, session: Session, people: People
) -> None:
    before = rows(session, Subscriber, Subscription, ConsentRecord)
    code, location, _ = upload.send(MIXED, name="members.csv")
    assert code == 303
    page = " ".join(read(editor_client, location).split())
    for words in (
        "members.csv",
        "Nobody has been added yet",
        "These columns will be ignored: city.",
        "unsubscribed before",
        "suppressed",
        '<td class="number nums">7</td> <td dir="auto">“nobody” is not an email address',
        '<td class="number nums">8</td> <td dir="auto">a quotation mark in this row is never closed',
        "Import 1 person",
        "status",
        AGREED.partition("\n")[0],
    ):
        assert words in page, words
    assert counts(page) == [
        ("Will be added", 1),
        ("Will be updated", 0),
        ("Already subscribed", 1),
        *[("Skipped", 1)] * 3,
        ("Left out", 2),
        ("Rows", 7),
    ]
    assert rows(session, Subscriber, Subscription, ConsentRecord) == before
    run_import(upload.runtime.sessions, 1, ImportFiles(upload.runtime.settings.data_dir))
    assert rows(session, Subscriber, Subscription, ConsentRecord) == before
    assert state(session) is ImportState.PREVIEW


def test_what_happens_is_what_was_shown(upload: Upload, session: Session, people: People) -> None:
    upload.done(MIXED)
    one = session.scalars(select(SubscriberImport)).one()
    assert (one.imported, one.already, one.invalid) == (1, 1, 2)
    assert one.skipped == {"file_unsubscribed": 1, "unsubscribed": 1, "suppressed": 1}


@both_databases
def test_two_editors_confirm_once(
    upload: Upload, editor_client: SignedIn, admin_client: SignedIn, session: Session
) -> None:
    _, location, _ = upload.send(GOOD)
    assert counts(read(admin_client, location)) == counts(read(admin_client, location))  # whoever reloads
    assert "Not confirmed" in read(admin_client, IMPORT)
    assert "being read" in press(admin_client, f"{location}/confirm")
    assert "nothing is imported twice" in press(editor_client, f"{location}/confirm")
    assert "Someone has confirmed" in press(editor_client, f"{location}/discard")
    assert [path.name for path in upload.folder.glob("*")] == list(
        session.scalars(select(SubscriberImport.file))
    )
    begun = [
        actor for actor, action in actions(session, "publication") if action == "subscribers.import_begun"
    ]
    assert begun == ["olga@press.example"]
    assert state(session) is ImportState.QUEUED


@both_databases
def test_an_upload_that_is_taken_back_is_gone(
    upload: Upload, editor_client: SignedIn, admin_client: SignedIn, session: Session
) -> None:
    _, location, _ = upload.send(GOOD)
    assert "Nobody was added." in press(editor_client, f"{location}/discard")
    assert list(upload.folder.glob("*")) == []
    assert rows(session, SubscriberImport, Subscriber) == [0, 0]
    read(editor_client, location, 404)
    for button in ("confirm", "discard"):  # by the Back button, or by somebody else
        assert "Upload the file again." in press(admin_client, f"{location}/{button}")


def test_a_file_that_is_gone_says_so(upload: Upload, editor_client: SignedIn) -> None:
    _, location, _ = upload.send(GOOD)
    [path] = upload.folder.glob("*")
    path.unlink()
    page = read(editor_client, location)
    assert "people.csv cannot be read" in page
    assert "Delete this upload" in page
    assert "Import 2 people" not in page


def test_a_long_file_is_looked_at_in_part(
    upload: Upload, editor_client: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirm_import, "MOST_ROWS", 2)
    _, location, _ = upload.send("email\n" + "".join(f"r{n}@new.example\n" for n in range(5)))
    page = read(editor_client, location)
    assert "these counts cover its first 2 rows only" in page
    assert "Import these people" in page


def test_nobody_to_add_has_no_button_to_add_them(upload: Upload, editor_client: SignedIn) -> None:
    _, location, _ = upload.send("email,status\nana@new.example,unsubscribed\n")
    assert "/confirm" not in read(editor_client, location)


def test_of_another_publication_it_is_not_there(
    upload: Upload, editor_client: SignedIn, session: Session
) -> None:
    make_publication(session, "evening")
    session.commit()
    _, location, _ = upload.send(GOOD)
    other = location.replace("morning", "evening")
    assert "Upload the file again." in press(editor_client, f"{other}/confirm")
    assert state(session) is ImportState.PREVIEW


@both_databases
def test_an_upload_that_nobody_confirms_is_removed_after_a_day(upload: Upload, session: Session) -> None:
    upload.send(GOOD)
    upload.confirmed(GOOD)
    files = ImportFiles(upload.runtime.settings.data_dir)
    remove_forgotten_uploads(upload.runtime.sessions, files)
    assert rows(session, SubscriberImport) == [2]
    day = FORGOTTEN_AFTER.total_seconds()
    for path in upload.folder.glob("*"):
        os.utime(path, (time.time() - day, time.time() - day))
    with time_machine.travel(clock.now() + FORGOTTEN_AFTER + timedelta(minutes=1)):
        remove_forgotten_uploads(upload.runtime.sessions, files)
    assert rows(session, SubscriberImport, Subscriber) == [1, 0]
    assert state(session) is ImportState.QUEUED
    assert len(list(upload.folder.glob("*"))) == 1
