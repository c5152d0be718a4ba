"""Searching an archive: words and phrases in what readers see, whatever is typed, alike on both databases."""

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.archive_search.models import ArchiveText
from newsletter.document import Document
from newsletter.document.blocks.text import TextSection
from newsletter.document.visibility import Visibility
from newsletter.issues.archive_text import update_archive_text
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from newsletter.web.limits import limiter
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.public.published import found, page, publish

SEARCH = "/archive/weekly/"
TEXTS = {
    "mill": "The **old mill** by the river turns again, said Jörg Müller of the Straßenbau office.",
    "harbour": "A harbour clock. The mill is old, and [well-known](https://a.example/hidden) for wheels 🎡.",
    "arabic": "صَدَرَ العددُ الأوّل من النشرة الأسبوعية",
    "tokyo": "今週、東京都の港で会議が開かれた。",
}
HITS = {
    "mill": ["harbour", "mill"],
    "MILL  old": ["harbour", "mill"],
    '"old mill"': ["mill"],
    "„old mill“ river": ["mill"],
    "“old mill” harbour": [],
    "old-mill": ["mill"],
    "well-known": ["harbour"],
    "known well": ["harbour"],
    "muller": ["mill"],
    "Mu\u0308ller": ["mill"],
    "STRASSENBAU": ["mill"],
    "straßenbau": ["mill"],
    "العدد": ["arabic"],
    "الأول": ["arabic"],
    "صدر النشره": [],
    "東京": ["tokyo"],
    "京東": [],
    "🎡": ["harbour"],
    "hidden": [],
    "mil": [],
    "mill OR nothing": [],
    "NEAR(old mill)": [],
    "Issue harbour": ["harbour"],
    "again said": ["mill"],
    '"harbour About"': [],
}


def text_section(words: str) -> TextSection:
    return TextSection(type="text", text=words)


def publish_texts(session: Session, publication: Publication) -> None:
    for slug, words in TEXTS.items():
        publish(session, publication, slug, sections=(text_section(words),))


def slugs(shown: html.HtmlElement) -> list[str]:
    return sorted(link.rpartition("/")[2] for link in found(shown, "//article//h2/a/@href"))


def search(client: FlaskClient, words: str) -> html.HtmlElement:
    answer = client.get(SEARCH, query_string={"q": words})
    assert answer.status_code == 200, words
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    return html.document_fromstring(answer.data)


@both_databases
def test_words_and_phrases_are_found_alike(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish_texts(session, weekly)
    publish(
        session,
        make_publication(session, "other"),
        "mill",
        sections=(text_section("An old mill."),),
    )
    assert {words: slugs(search(client, words)) for words in HITS} == HITS


STRANGE = [
    *('"', '""', "'", "*", "mill*", "^mill", "-mill", "mill AND", "AND", "NOT mill", "(mill", "words:mill"),
    *(
        "a\0b",
        "\0",
        "%00",
        "%",
        "_",
        "\\",
        "mill\\",
        "';--",
        ":*",
        "&|!<->",
        "<script>",
        "\u202emill",
        "\ud83d",
    ),
    *(
        "🎉" * 50,
        "صدر" * 500,
        "x" * 10_000,
        '"' * 10_000,
        "a " * 5_000,
        "\u0301" * 300,
        "½ ﷺ ①",
        "…",
        "\u00ad",
    ),
]


@both_databases
def test_whatever_is_typed_is_answered_by_a_page(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish_texts(session, weekly)
    for typed in STRANGE:
        shown = search(client, typed.encode("utf-8", "replace").decode())
        (field,) = found(shown, "//input[@name='q']/@value")
        assert len(field) <= 200
        assert found(shown, "//main//script") == []


@both_databases
def test_the_index_follows_what_the_archive_shows(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    issue = publish(session, weekly, sections=(text_section("The first wording."),))
    draft = save_document(session, weekly, Document(title="Draft", slug="draft", summary="wording"))
    corrected = Document(title="One", slug="one", summary="S", sections=(text_section("Mended phrase."),))
    number = save_document(session, weekly, corrected).revision.number
    session.commit()
    assert slugs(search(client, "wording")) == ["one"]
    assert slugs(search(client, "mended")) == []

    issue.published_revision = number
    session.commit()
    assert slugs(search(client, "wording")) == []  # what is not shown any more is never found
    update_archive_text(session, issue)
    session.commit()
    assert slugs(search(client, "wording")) == []
    assert slugs(search(client, "mended")) == ["one"]

    issue.published_revision = None
    update_archive_text(session, issue)
    assert session.get(ArchiveText, issue.id) is None
    session.rollback()
    assert slugs(search(client, "mended")) == ["one"]  # both or neither
    session.execute(text("DELETE FROM archive_text"))
    session.commit()
    assert slugs(search(client, "mended")) == []
    assert draft.issue.published_revision is None


def test_only_what_everybody_sees_is_searched(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    secret = text_section("For boatbuilders.").model_copy(
        update={"visibility": Visibility(topics=("boats",))}
    )
    publish(
        session,
        weekly,
        subject="Subjectline",
        preheader="Preheaderline",
        sections=(secret, text_section("All")),
    )
    for words in ("boatbuilders", "subjectline", "preheaderline"):
        assert slugs(search(client, words)) == [], words
    assert slugs(search(client, "all")) == ["one"]


def test_hits_are_marked_and_nothing_else_is_markup(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    words = "Before. " * 60 + "The <b>Müller</b> & mill. " + "After. " * 60
    publish(
        session,
        weekly,
        title="A <i>mill</i>",
        sections=(text_section(words.replace("<", "\\<")),),
    )
    shown = search(client, "muller mill")
    assert found(shown, "//article//h2//mark/text()") == ["mill"]
    assert found(shown, "//article//p[2]//mark/text()") == ["Müller", "mill"]
    assert found(shown, "//article//b | //article//i") == []
    excerpt = found(shown, "//article//p[2]")[0].text_content()
    assert excerpt.startswith("… ")
    assert excerpt.endswith(" …")
    assert "The <b>Müller</b> & mill." in excerpt
    assert len(excerpt) < 300


def test_more_hits_than_fit_on_a_page(client: FlaskClient, session: Session, weekly: Publication) -> None:
    for number in range(12):
        publish(session, weekly, f"n{number}")
    shown = search(client, "about n")
    assert slugs(shown) == []
    shown = search(client, "about")
    assert "Found in 12 issues." in shown.text_content()
    assert found(shown, "//article//h2/a/@href")[0] == "/archive/weekly/n11"
    (older,) = found(shown, "//a[@rel='next']/@href")
    assert slugs(page(client, older)) == ["n0", "n1"]
    assert client.get(SEARCH, query_string={"q": "about", "page": "3"}).status_code == 404


def test_nothing_found_and_nothing_to_look_for(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly)
    assert "No issue has all of these words" in search(client, "zebra").text_content()
    assert "Type a word" in search(client, "?!").text_content()
    assert found(search(client, "zebra"), "//meta[@name='robots']/@content") == ["noindex"]
    blank = page(client, SEARCH + "?q=+")
    assert found(blank, "//h1/text()") == ["All issues"]
    assert client.get("/archive/nowhere/?q=mill").status_code == 404


def test_one_visitor_cannot_search_for_ever(
    app: Flask, client: FlaskClient, session: Session, weekly: Publication
) -> None:
    app.config["ARCHIVE_SEARCHES"] = "2 per minute"
    with app.app_context():
        limiter.reset()
    answers = [client.get(SEARCH, query_string={"q": "mill"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert client.get(SEARCH).status_code == 200


def test_an_issue_that_is_deleted_is_forgotten(session: Session, weekly: Publication) -> None:
    issue = publish(session, weekly)
    assert session.scalars(select(ArchiveText.issue_id)).all() == [issue.id]
    issue_id = issue.id
    session.execute(text("DELETE FROM revision"))
    session.execute(text("DELETE FROM issue"))
    session.expunge_all()
    assert session.scalars(select(ArchiveText.issue_id)).all() == []
    assert session.scalars(select(Issue.id).where(Issue.id == issue_id)).all() == []
