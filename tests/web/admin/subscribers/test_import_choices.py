"""What an editor chooses for an upload, and what they do with an import: stop it, go on, undo."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.subscribers.imports.process import run_import
from newsletter.subscribers.imports.undo import run_undo
from newsletter.subscribers.models import Subscriber, Subscription, Suppression
from tests.databases import both_databases
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import afresh, read
from tests.web.admin.subscribers.uploading import Upload
from tests.web.signed_in import SignedIn

ODD = "email,Rufname,Ort,junk\nnew@new.example,Nea,Cork,1\nana@readers.example,Anna,Bern,2\n"


@pytest.fixture
def upload(editor_client: SignedIn, runtime: Runtime, publication: Publication) -> Upload:
    return Upload(editor_client, runtime)


def person(session: Session, email: str) -> tuple[str, dict[str, object]] | None:
    afresh(session)
    found = session.scalar(select(Subscriber).where(Subscriber.email == email))
    facts = None if found is None else (found.name, dict(found.attributes))
    session.rollback()
    return facts


def state(session: Session) -> ImportState:
    afresh(session)
    found = session.scalars(select(SubscriberImport.state).order_by(SubscriberImport.id.desc())).first()
    session.rollback()
    assert found is not None
    return found


@both_databases
def test_columns_are_chosen_and_remembered(
    upload: Upload, session: Session, publication: Publication, people: People, runtime: Runtime
) -> None:
    create_attribute(session, publication, "city", label="Home city", actor="test")
    session.commit()
    _status, location, _page = upload.send(ODD)
    page = read(upload.client, location)
    for words in ('name="column.1"', "Home city", "Rufname"):
        assert words in page
    chosen = {"column.1": "name", "was.1": "ignore", "column.2": "attribute:city", "was.2": "ignore"}
    chosen |= {"column.3": "ignore", "was.3": "ignore", "data": "overwrite"}
    answer = upload.client.post(f"{location}/columns", data=chosen)
    assert (answer.status_code, answer.location) == (303, location)
    page = read(upload.client, location)
    assert "Will be updated" in page
    assert '<option value="attribute:city" selected>' in page
    upload.client.post(f"{location}/confirm")
    import_id = int(location.rpartition("/")[2])
    run_import(runtime.sessions, import_id, ImportFiles(runtime.settings.data_dir))
    assert person(session, "new@new.example") == ("Nea", {"city": "Cork"})
    assert person(session, "ana@readers.example") == ("Anna", {"city": "Bern"})
    _status, again, _page = upload.send(ODD)
    assert '<option value="attribute:city" selected>' in read(upload.client, again)


def test_what_cannot_be_chosen_is_refused_and_nothing_changes(
    upload: Upload, session: Session, people: People
) -> None:
    _status, location, _page = upload.send(ODD)
    for chosen, said in (
        ({"column.1": "attribute:none", "was.1": "ignore"}, "is not a field"),
        ({"column.0": "ignore", "was.0": "email"}, "no column called"),
    ):
        upload.client.post(f"{location}/columns", data=chosen)
        assert said in read(upload.client, location)
    afresh(session)
    assert session.scalars(select(SubscriberImport)).one().options["mapping"] == {}
    session.rollback()
    upload.client.post(f"{location}/confirm")
    late = upload.client.post(f"{location}/columns", data={"data": "overwrite"})
    assert late.status_code == 303
    afresh(session)
    assert session.scalars(select(SubscriberImport)).one().options["data"] == "fill"


def test_a_file_of_addresses_to_suppress(
    upload: Upload, session: Session, people: People, runtime: Runtime
) -> None:
    _status, location, _page = upload.send(text="gone@new.example\nana@readers.example", kind="suppress")
    assert "Suppress these addresses" in read(upload.client, location)
    upload.client.post(f"{location}/confirm")
    import_id = int(location.rpartition("/")[2])
    run_import(runtime.sessions, import_id, ImportFiles(runtime.settings.data_dir))
    afresh(session)
    assert len(session.scalars(select(Suppression).where(Suppression.import_id == import_id)).all()) == 2
    assert session.scalar(select(Subscriber).where(Subscriber.email == "gone@new.example")) is None


@both_databases
def test_an_import_is_stopped_goes_on_and_is_undone(
    upload: Upload, session: Session, people: People, runtime: Runtime
) -> None:
    location = upload.confirmed("email\na@new.example\nb@new.example\n")
    import_id = int(location.rpartition("/")[2])
    assert "Stop the import" in read(upload.client, location)
    assert upload.client.post(f"{location}/undo").status_code == 303  # not over
    assert state(session) is ImportState.QUEUED
    upload.client.post(f"{location}/cancel")
    assert state(session) is ImportState.CANCELLED
    files = ImportFiles(runtime.settings.data_dir)
    run_import(runtime.sessions, import_id, files)
    assert person(session, "a@new.example") is None
    assert "Continue" in read(upload.client, location)
    upload.client.post(f"{location}/resume")
    run_import(runtime.sessions, import_id, files)
    assert state(session) is ImportState.DONE
    assert person(session, "a@new.example") == ("", {})
    assert upload.client.post(f"{location}/cancel").status_code == 303  # pressed too late
    assert state(session) is ImportState.DONE
    assert "Undo the import" in read(upload.client, location)
    upload.client.post(f"{location}/undo")
    run_undo(runtime.sessions, import_id)
    assert state(session) is ImportState.UNDONE
    assert person(session, "a@new.example") is None
    assert person(session, "ana@readers.example") is not None
    assert "Undo the import" not in read(upload.client, location)


def test_what_is_too_late_is_said(upload: Upload, session: Session, people: People, runtime: Runtime) -> None:
    location = upload.confirmed("email\na@new.example\n")
    upload.client.post(f"{location}/cancel")
    session.execute(update(SubscriberImport).values(file=""))
    session.commit()
    upload.client.post(f"{location}/resume")
    assert "Upload it again" in read(upload.client, location)
    assert state(session) is ImportState.CANCELLED
    assert session.scalars(select(Subscription)).first() is not None
