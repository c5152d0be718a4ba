"""Importing in the admin: what is refused, what is read, and what the page says about it."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.addresses import parse_address
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.subscribers.imports.process import run_import
from newsletter.subscribers.models import ConsentKind, ConsentRecord, Subscriber, SuppressionReason
from newsletter.subscribers.suppress import suppress
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import LIST, XSS, actions, afresh, read
from tests.web.admin.subscribers.uploading import AGREED, BOUNDARY, GOOD, IMPORT, Upload, multipart
from tests.web.signed_in import SignedIn


@pytest.fixture
def upload(editor_client: SignedIn, runtime: Runtime, publication: Publication) -> Upload:
    return Upload(editor_client, runtime)


def last(session: Session) -> SubscriberImport:
    """The newest import; no transaction is left open that a worker would wait for."""
    afresh(session)
    newest = select(SubscriberImport).order_by(SubscriberImport.id.desc()).limit(1)
    one = session.scalars(newest).one()
    session.expunge(one)
    session.rollback()
    return one


def people_in(session: Session) -> list[str]:
    afresh(session)
    return [email or "" for email in session.scalars(select(Subscriber.email).order_by(Subscriber.id))]


class TestUpload:
    def test_waits_is_read_and_leaves_no_file(
        self, upload: Upload, editor_client: SignedIn, session: Session
    ) -> None:
        location = upload.confirmed(GOOD, name="/home/e/péople <1>.csv")
        page = read(editor_client, location)
        for words in (
            "Waiting",
            "as soon as a worker is free",
            "péople &lt;1&gt;.csv",
            "at the spring",
            "eddi@",
        ):
            assert words in page
        assert "data-over" not in page
        [path] = upload.folder.glob("*")
        assert path.stat().st_mode & 0o077 == 0
        one = last(session)
        assert (one.lines, one.state, one.filename) == (3, ImportState.QUEUED, "péople <1>.csv")
        run_import(upload.runtime.sessions, one.id, ImportFiles(upload.runtime.settings.data_dir))
        page = read(editor_client, f"{location}/live")
        for words in ("Done", "2 new subscribers.", "data-over"):
            assert words in page
        assert not path.exists()
        assert people_in(session) == ["ana@new.example", "bo@new.example"]
        records = session.scalars(select(ConsentRecord)).all()
        assert {(r.kind, r.source, r.text, r.actor) for r in records} == {
            (ConsentKind.IMPORTED, "import", AGREED, "eddi@press.example")
        }
        assert actions(session, "publication")[1:] == [
            ("eddi@press.example", "subscribers.import_begun"),
            ("eddi@press.example", "subscribers.imported"),
        ]

    @both_databases
    def test_twice_changes_nothing(self, upload: Upload, session: Session) -> None:
        upload.done(GOOD)
        page = upload.done(GOOD)
        one = last(session)
        assert (one.imported, one.already) == (0, 2)
        assert "0 new subscribers." in page
        assert len(people_in(session)) == 2

    @both_databases
    @pytest.mark.parametrize(
        "text",
        [
            "email;name\nana@new.example;Ana Lim\n",
            "Name\tE-Mail\nAna Lim\tana@new.example\n",
            "First name,Last name,Email address\nAna,Lim,ana@new.example\n",
            "\ufeffEMAIL , Full  Name\r\nana@new.example,Ana Lim\r\n",
        ],
    )
    def test_reads_what_others_write(self, upload: Upload, session: Session, text: str) -> None:
        upload.done(text)
        afresh(session)
        assert session.execute(select(Subscriber.email, Subscriber.name)).one() == (
            "ana@new.example",
            "Ana Lim",
        )

    def test_pasted_needs_no_header(self, upload: Upload, session: Session) -> None:
        page = upload.done(text="ana@new.example, Ana\r\nnobody\r\nbo@new.example\r\nANA@new.example\r\n")
        assert people_in(session) == ["ana@new.example", "bo@new.example"]
        assert "Pasted text" in page
        one = last(session)
        assert (one.imported, one.invalid) == (2, 2)
        assert "“nobody” is not an email address" in page
        assert "twice: already on line 1" in page

    def test_what_we_exported_can_be_imported_again(
        self, upload: Upload, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        upload.done("email,name\n+tag@new.example,=Ana\n")
        exported = editor_client.post(f"{LIST}/export").text
        assert "'+tag@new.example,'=Ana" in exported
        upload.done(exported)
        assert last(session).already == 1
        assert people_in(session) == ["+tag@new.example"]

    @both_databases
    def test_suppressed_and_gone_people_stay_away(
        self, upload: Upload, session: Session, people: People
    ) -> None:
        suppress(session, parse_address("no@new.example").hash, SuppressionReason.COMPLAINT, actor="test")
        session.commit()
        page = upload.done("email\nno@new.example\ndee@readers.example\nana@readers.example\nx@new.example\n")
        one = last(session)
        assert (one.imported, one.already) == (1, 1)
        assert one.skipped == {"suppressed": 1, "unsubscribed": 1}
        for words in ("suppressed", "unsubscribed before"):
            assert words in page
        assert '<td class="number nums">4</td>' in page.partition("<tfoot>")[2]

    @both_databases
    def test_tells_each_line_that_was_left_out(
        self, upload: Upload, editor_client: SignedIn, session: Session
    ) -> None:
        page = upload.done(f"email\n{XSS}\n=cmd@@x\n\x00\nok@new.example\n")
        assert XSS not in page
        assert "&lt;script&gt;alert(1)" in page
        url = f"{LIST}/imports/{last(session).id}"
        answer = editor_client.post(f"{url}/problems.csv")
        assert answer.mimetype == "text/csv"
        rows = list(csv.reader(io.StringIO(answer.text, newline="")))
        assert [row[0] for row in rows] == ["line", "2", "3", "4"]
        taken = select(AuditEntry).where(AuditEntry.action == "subscribers.problems_exported")
        assert session.scalars(taken).one().actor == "eddi@press.example"

    @both_databases
    def test_keeps_the_first_thousand_problems_and_counts_all(
        self, upload: Upload, editor_client: SignedIn, session: Session
    ) -> None:
        page = upload.done("email\n" + "nobody\n" * 2_500)
        assert last(session).invalid == 2_500
        assert "Download the first 1,000 as CSV" in page
        assert "The first 50 of 2,500." in page
        answer = editor_client.post(f"{LIST}/imports/{last(session).id}/problems.csv")
        assert answer.text.count("\r\n") == 1_001

    @pytest.mark.parametrize("name", ["محمد 🌊", "evil", XSS])
    def test_takes_names_as_they_are(self, upload: Upload, session: Session, name: str) -> None:
        upload.done(f"email,name\nana@new.example,\u202e{name}\n")  # but for overrides of the direction
        afresh(session)
        assert session.scalars(select(Subscriber.name)).one() == name


class TestRefusal:
    @both_databases
    @pytest.mark.parametrize(
        ("octets", "told"),
        [
            (b"", "Choose a file or paste text."),
            (b"\n", "is empty"),
            (b"name,city\nAna,Galway\n", "must name the columns, like email,name"),
            (b"email,name\n", "it is empty below its header"),
            (b"email\n\n\n", "it is empty below its header"),
            (b"PK\x03\x04\x14\x00\x06\x00\xff\xfe", "is a broken archive"),
        ],
    )
    def test_of_a_file_that_cannot_be_used_keeps_what_was_typed(
        self, upload: Upload, session: Session, octets: bytes, told: str
    ) -> None:
        name = "péople.csv" if octets else ""
        page = upload.refused(octets, name=name)
        assert told in page
        assert "at the spring conference." in page
        assert 'aria-invalid="true"' in page
        if "choose" not in told.lower():
            assert "péople.csv" in page
        assert str(upload.folder) not in page
        assert session.scalar(select(func.count()).select_from(SubscriberImport)) == 0

    def test_of_an_empty_file_says_so(self, upload: Upload) -> None:
        body = multipart(("nothing.csv", b""), text="", statement=AGREED)
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        answer = upload.client.post(IMPORT, data=body, content_type=kind)
        assert answer.status_code == 400
        assert "nothing.csv is empty." in answer.text

    def test_without_a_statement(self, upload: Upload) -> None:
        page = upload.refused(text=GOOD, statement=" \n ")
        assert "Enter when and how these people agreed" in page
        assert "bo@new.example,Bo" in page
        assert "at most 2,000 characters" in upload.refused(text=GOOD, statement="x" * 2_001)

    @both_databases
    def test_of_both_at_once(self, upload: Upload) -> None:
        page = upload.refused(GOOD, text="cy@new.example")
        assert "Either choose a file or paste text" in page
        assert "cy@new.example" in page

    def test_of_more_than_fits(self, upload: Upload) -> None:
        page = upload.refused(b"email\n" + b"a@new.example\n" * 3_700_000, 400)
        assert "more than 50 MB" in page
        assert "at the spring conference." in page

    def test_of_a_hundred_megabytes_before_they_are_read(self, upload: Upload) -> None:
        page = upload.refused(b"x" * 100_000_000, 413)
        assert "more than 50 MB" in page

    def test_of_too_much_pasted(self, upload: Upload) -> None:
        assert "You can paste at most" in upload.refused(text="x" * 2_500_000, status=413)


class TestPages:
    @both_databases
    def test_list_what_was_imported(
        self, upload: Upload, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        assert "Past imports" not in read(editor_client, IMPORT)
        for number in range(12):
            upload.send(text=f"reader{number}@new.example")
        page = read(editor_client, IMPORT)
        assert page.count("row-link") == 10
        assert "eddi@press.example" in page
        oldest = last(session).id - 9
        assert read(editor_client, f"{IMPORT}?before={oldest}").count("row-link") == 2

    def test_are_of_one_publication(self, upload: Upload, editor_client: SignedIn, session: Session) -> None:
        make_publication(session, "evening")
        session.commit()
        upload.send(GOOD)
        number = last(session).id
        for url in (
            f"/admin/p/evening/subscribers/imports/{number}",
            f"{LIST}/imports/987654",
            f"{LIST}/imports/{2**63}",
        ):
            assert editor_client.get(url).status_code == 404
            assert editor_client.post(f"{url}/problems.csv").status_code == 404
        assert "new.example" not in read(editor_client, "/admin/p/evening/subscribers/import")

    def test_poll_while_it_lasts(self, upload: Upload, editor_client: SignedIn) -> None:
        location = upload.confirmed(GOOD)
        assert f'hx-get="{location}/live"' in read(editor_client, location)


def test_a_file_without_an_import_is_deleted_after_a_day(tmp_path: Path) -> None:
    import os
    import time

    files = ImportFiles(tmp_path)
    old, needed, new = (files.keep(io.BytesIO(b"x"), 10) for _ in range(3))
    unfinished = tmp_path / "imports" / ".killed.new"  # of an erasure that was killed
    unfinished.touch()
    for path in (files.path(old), files.path(needed), unfinished):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert files.discard_lost({needed}) == 2
    assert not unfinished.exists()
    assert [files.path(name).exists() for name in (old, needed, new)] == [False, True, True]
