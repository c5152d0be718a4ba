"""`newsletter issue render`: what a reader gets, and what an editor looks at before."""

from email import message_from_string, policy

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.document import Document
from newsletter.document.blocks import BLOCKS
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription

WEEK = Document(
    title="Week one",
    subject='Good morning, {{ first_name | default: "reader" }}',
    slug="week-one",
    sections=tuple(block.example() for block in BLOCKS),
)


@pytest.fixture
def imported(session: Session) -> int:
    """The id of an issue that is there."""
    issue = save_document(session, make_publication(session), WEEK, author="ana@press.example").issue
    session.commit()
    return issue.id


@both_databases
def test_render_shows_what_a_reader_gets(session: Session, run: Run, imported: int) -> None:
    publication = session.scalars(select(Issue)).one().publication
    make_subscription(session, publication, "ana@readers.example", name="Ana Petrović")
    session.commit()
    ana = ("--subscriber", "Ana@readers.example")
    assert "Dear reader," in run("issue", "render", str(imported), "--format", "text").out
    assert "Dear Ana," in run("issue", "render", str(imported), "--format", "text", *ana).out
    html = run("issue", "render", str(imported), "--format", "html", *ana).out
    assert html.lower().startswith("<!doctype html")
    assert "Dear <bdi>Ana</bdi>," in html
    message = message_from_string(
        run("issue", "render", str(imported), "--format", "eml", *ana).out, policy=policy.default
    )
    assert message["Subject"] == "Good morning, Ana"
    assert message["To"] == "Ana Petrović <ana@readers.example>"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_render_shows_what_an_editor_looks_at(session: Session, run: Run, imported: int) -> None:
    def rendered(form: str, *options: str) -> str:
        return run("issue", "render", str(imported), "--format", form, *options).out

    assert "Dear Zora," in rendered(
        "text", "--name", "Zora Vale", "--attribute", "city=Rome", "--language", "de"
    )
    assert "Apple Mail on an iPhone\n    The Weekly\n    Good morning, " in rendered("list")
    assert "Unsubscribe\n    http" in rendered("links")
    assert "head and foot, " in rendered("links")
    assert rendered("reading").startswith("language: en\nemail: Week one\n")
    session.scalars(select(Issue)).one().publication.redirect_links = True
    session.commit()
    assert "redirected" in rendered("links")
    for options, sentence in (
        (("--name", "Zora", "--subscriber", "ana@readers.example"), "not both"),
        (("--name", "x" * 10_000), "at most 120 characters"),
        (("--attribute", "city"), "write --attribute KEY=VALUE"),
        (("--language", "?"), "is not a language"),
    ):
        done = run("issue", "render", str(imported), "--format", "text", *options)
        assert (done.code, done.out) == (2, "")
        assert sentence in done.err


def test_render_refuses_strangers(session: Session, run: Run, imported: int) -> None:
    make_subscription(session, make_publication(session, "other"), "bo@readers.example")
    session.commit()
    for email, sentence in (
        ("nobody@readers.example", "There is no subscriber"),
        ("bo@readers.example", "does not subscribe to The Weekly"),
        ("not an address", "is not an email address"),
    ):
        done = run("issue", "render", str(imported), "--format", "eml", "--subscriber", email)
        assert (done.code, done.out) == (2, "")
        assert sentence in done.err
