"""`newsletter issue …`, as a person at a terminal and as a program."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.document import Document, dumps
from newsletter.document.blocks import BLOCKS
from newsletter.document.schema import dumps as schema
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from tests.cli.conftest import Ran, Run
from tests.databases import both_databases
from tests.factories import make_publication, make_publication_with_reader, make_readers

WEEK = Document(
    title="Week one",
    subject='Good morning, {{ first_name | default: "reader" }}',
    preheader="Three stories and a mill",
    slug="week-one",
    sections=tuple(block.example() for block in BLOCKS),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "week.json"
    path.write_text(dumps(WEEK), encoding="utf-8")
    return path


@pytest.fixture
def imported(session: Session, run: Run, file: Path) -> int:
    """The id of an issue that is there."""
    make_publication_with_reader(session)
    session.commit()
    done = run("issue", "import", str(file), "--publication", "weekly", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json.keys() == {"issue", "revision"}
    return int(done.json["issue"])


@both_databases
def test_import_and_export_are_exact(
    session: Session, run: Run, imported: int, file: Path, tmp_path: Path
) -> None:
    exported = run("issue", "export", str(imported))
    assert exported.out == dumps(WEEK)
    again = run("issue", "import", str(file), "--publication", "weekly", "--json")
    assert again.json == {"issue": imported, "revision": 1}
    edited = tmp_path / "edited.json"
    edited.write_text(dumps(WEEK.model_copy(update={"subject": "Another"})), encoding="utf-8")
    assert run("issue", "import", str(edited), "--publication", "weekly", "--json").json["revision"] == 2
    assert run("issue", "export", str(imported), "--revision", "1").out == dumps(WEEK)
    assert session.scalar(select(func.count()).select_from(Issue)) == 1
    assert session.scalar(select(func.count()).where(AuditEntry.action == "issue.saved")) == 2


def test_people_are_told_in_a_sentence(run: Run, imported: int, file: Path) -> None:
    again = run("issue", "import", str(file), "--publication", "weekly")
    assert again.out == f"“Week one” is already issue {imported}, revision 1.\n"


@both_databases
def test_markdown_is_accepted(session: Session, run: Run, tmp_path: Path) -> None:
    make_publication_with_reader(session)
    session.commit()
    path = tmp_path / "week.md"
    path.write_text("---\ntitle: Week two\nsubject: Hello\n---\n\n## Digest\n\nGood morning.\n")
    done = run("issue", "import", str(path), "--publication", "weekly", "--json")
    exported = json.loads(run("issue", "export", str(done.json["issue"])).out)
    assert exported["slug"] == "week-two"
    assert exported["sections"][0]["title"] == "Digest"


@both_databases
def test_errors_of_the_format_name_the_place(session: Session, run: Run, tmp_path: Path) -> None:
    make_publication_with_reader(session)
    session.commit()
    data = json.loads(dumps(WEEK))
    links = next(i for i, section in enumerate(data["sections"]) if section["type"] == "links")
    data["sections"][links]["items"][0]["url"] = "javascript:alert(1)"
    data["sections"][0]["colour"] = "red"
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data))
    done = run("issue", "import", str(path), "--publication", "weekly")
    assert done.code == 2
    assert f"sections[{links}].items[0].url" in done.err
    assert "sections[0].colour" in done.err
    assert "Traceback" not in done.err
    assert session.scalar(select(func.count()).select_from(Issue)) == 0


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("none.json", None, "cannot be read: No such file or directory."),
        ("latin.json", '{"title": "é"}'.encode("latin-1"), "is not UTF-8 text (at byte 12)."),
        ("week.docx", b"PK", "its name must end in .json or .md."),
        ("week.json", b"{", "This is not valid JSON"),
        ("week.md", b"no title", "Start with front matter that has a title"),
    ],
)
def test_files_that_cannot_be_used_get_one_sentence(
    run: Run, tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run("issue", "import", str(tmp_path / name), "--publication", "weekly")
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert "Traceback" not in done.err


def test_a_folder_is_not_a_document(run: Run, tmp_path: Path) -> None:
    (tmp_path / "week.json").mkdir()
    done = run("issue", "import", str(tmp_path / "week.json"), "--publication", "weekly")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "cannot be read: Is a directory." in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("issue", "export", "99"),
        ("issue", "check", "99"),
        ("issue", "render", "99", "--format", "html"),
        ("issue", "list", "--publication", "none"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert done.err.startswith("newsletter: There is no ")
    assert done.out == ""


def test_an_unknown_publication_is_named(run: Run, file: Path) -> None:
    done = run("issue", "import", str(file), "--publication", "nope")
    assert (done.code, done.err) == (2, "newsletter: There is no publication called “nope”.\n")


def test_the_schema_is_printed(run: Run) -> None:
    assert run("issue", "schema").out == schema()


@both_databases
def test_check_exits_by_what_blocks(
    session: Session, run: Run, imported: int, file: Path, tmp_path: Path
) -> None:
    gone = run("issue", "check", str(imported), "--json").json["findings"][0]
    assert (gone["rule"], gone["level"]) == ("snippets", "blocking")
    whole = WEEK.model_copy(update={"sections": tuple(s for s in WEEK.sections if s.type != "snippet")})
    file.write_text(dumps(whole), encoding="utf-8")
    run("issue", "import", str(file), "--publication", "weekly")
    fine = run("issue", "check", str(imported), "--json")
    assert (fine.code, fine.json["blocking"]) == (0, 0), fine.json
    assert "This issue can be sent." in run("issue", "check", str(imported)).out
    path = tmp_path / "bad.json"
    path.write_text(dumps(whole.model_copy(update={"subject": "TK"})), encoding="utf-8")
    run("issue", "import", str(path), "--publication", "weekly")
    done = run("issue", "check", str(imported), "--json")
    assert done.code == 1
    assert done.json["findings"][0] == {
        "rule": "placeholders",
        "level": "blocking",
        "message": "“TK” looks like a leftover placeholder.",
        "path": "subject",
        "edition": "",
        "waived": None,
    }
    told = run("issue", "check", str(imported))
    assert told.code == 1
    assert "blocking  subject: “TK” looks like a leftover placeholder" in told.out
    assert told.out.endswith("Fix 1 problem before sending.\n")


@both_databases
def test_list_shows_the_issues(run: Run, imported: int) -> None:
    assert run("issue", "list", "--json").json["issues"] == [
        {
            "issue": imported,
            "publication": "weekly",
            "number": None,
            "title": "Week one",
            "revision": 1,
            "published": None,
            "slug": "week-one",
            "tags": [],
        }
    ]
    assert "Week one" in run("issue", "list", "--publication", "weekly").out


@both_databases
def test_an_empty_list_says_what_to_do(run: Run) -> None:
    assert "newsletter issue import" in run("issue", "list").out


FORTNIGHT = "---\ntitle: Fortnight\nsubject: {n}\npreheader: p\n---\n\nNumber {n}\n"


class TestTheSameTitleAgain:
    """A file without a slug, whose title is that of an issue that was sent."""

    @pytest.fixture
    def write(self, session: Session, run: Run, tmp_path: Path) -> Callable[..., Ran]:
        make_readers(session, make_publication(session), 2)
        session.commit()

        def write(n: int, *options: str) -> Ran:
            file = tmp_path / f"{n}.md"
            file.write_text(FORTNIGHT.format(n=n))
            return run("issue", "import", str(file), "--publication", "weekly", *options)

        return write

    def test_is_another_issue(self, run: Run, write: Callable[..., Ran]) -> None:
        write(1)
        assert run("issue", "send", "1").code == 0
        second = write(2)
        assert "issue 2, revision 1." in second.out
        assert "Issue 1 has the slug fortnight and was sent or scheduled already" in second.out
        assert "fortnight-2" in second.out
        assert write(2, "--json").json == {"issue": 2, "revision": 1}
        assert write(3, "--json").json == {"issue": 2, "revision": 2}, "it was not sent"
        assert write(1, "--json").json == {"issue": 1, "revision": 1}, "it is what was sent"
        assert run("issue", "send", "2", "--json").json == {"mailing": 2}
        assert write(4, "--json").json == {"issue": 3, "revision": 1}

    def test_is_the_old_issue_only_by_its_id(self, run: Run, write: Callable[..., Ran]) -> None:
        write(1)
        run("issue", "send", "1")
        assert write(2, "--issue", "1", "--json").json == {"issue": 1, "revision": 2}
        again = run("issue", "send", "1", "--json")
        assert (again.code, again.json) == (1, {"mailing": 1})
        assert "Revision 2 is newer than what mailing 1 sends" in again.err
        assert write(3, "--issue", "7").code == 2

    def test_a_scheduled_one_keeps_its_time_and_says_so(self, run: Run, write: Callable[..., Ran]) -> None:
        write(1)
        assert run("issue", "send", "1", "--at", "2999-01-01T08:00Z").code == 0
        assert run("issue", "send", "1", "--at", "2999-01-01T08:00Z").code == 0
        later = run("issue", "send", "1", "--at", "2999-01-02T08:00Z")
        assert (later.code, "for another time" in later.err) == (1, True)
        assert write(2, "--json").json == {"issue": 2, "revision": 1}

    def test_an_issue_of_another_title_is_left_alone(
        self, run: Run, write: Callable[..., Ran], session: Session
    ) -> None:
        publication = session.scalars(select(Publication)).one()
        save_document(session, publication, Document(title="Something else", slug="fortnight-2"))
        session.commit()
        assert write(1, "--json").json == {"issue": 2, "revision": 1}
        run("issue", "send", "2")
        assert write(2, "--json").json == {"issue": 3, "revision": 1}
