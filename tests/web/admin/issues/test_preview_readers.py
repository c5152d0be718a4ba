"""The preview as nobody, as a subscriber, and as a reader whom an editor invents; and in inverted colours."""

import pytest
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from newsletter.subscribers.models import Subscriber
from tests.databases import both_databases
from tests.web.admin.issues.conftest import save_issue
from tests.web.signed_in import SignedIn

GREETING = 'Dear {{ first_name | default: "nobody" }} of {{ attributes.city | default: "nowhere" }}'
SECTIONS = [
    {"type": "text", "id": "all", "text": GREETING},
    {"type": "text", "id": "de", "text": "Nur auf Deutsch", "visibility": {"languages": ["de"]}},
]


@pytest.fixture
def personal(session: Session, publication: Publication) -> Issue:
    issue = save_issue(session, publication, sections=SECTIONS)
    session.commit()
    return issue


def text(client: SignedIn, issue: Issue, **asked: str) -> str:
    asked = {"variant": "text"} | {name.replace("__", "."): value for name, value in asked.items()}
    answer = client.get(f"/admin/issues/{issue.id}/preview", query_string=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


@both_databases
def test_an_invented_reader_needs_no_subscriber(
    editor_client: SignedIn, session: Session, personal: Issue
) -> None:
    assert "Dear nobody of nowhere" in text(editor_client, personal)
    shown = text(editor_client, personal, name="Ruiz, Ana", attributes__city="Rome")
    assert "Dear Ana of Rome" in shown
    assert session.query(Subscriber).count() == 0


def test_a_language_shows_the_sections_that_it_sees(editor_client: SignedIn, personal: Issue) -> None:
    for language, is_seen in {"": True, "de-AT": True, "fr": False}.items():
        shown = text(editor_client, personal, language=language)
        assert ("Nur auf Deutsch" in shown) == is_seen, language


def test_control_characters_are_left_out_and_other_scripts_stay(
    editor_client: SignedIn, personal: Issue
) -> None:
    shown = text(editor_client, personal, name="Zo\x00ë\r\nX", attributes__city="القاهرة<b>")
    assert "Dear Zo of" in shown
    assert "القاهرة" in shown
    assert "<b>" not in shown.partition("<body>")[2]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"name": "x" * 10_000}, "A name has at most 120 characters."),
        ({"name": "Ana\u202egpj"}, "reverses the text after it"),
        ({"attributes.city": "x" * 10_000}, "An attribute has at most 500 characters here."),
        ({"attributes.City!": "Rome"}, "There can be no attribute called “City!”."),
        ({f"attributes.k{number}": "x" for number in range(60)}, "Use at most 50 attributes."),
        ({"language": "Klingon, of course"}, "“Klingon, of course” is not a language."),
        ({"language": "x" * 10_000}, "is not a language."),
        ({"as": "ana@readers.example", "name": "Ana"}, "Choose a subscriber or invent a reader, not both."),
    ],
)
def test_what_no_reader_can_have_is_refused_in_one_sentence(
    editor_client: SignedIn, personal: Issue, asked: dict[str, str], sentence: str
) -> None:
    answer = editor_client.get(f"/admin/issues/{personal.id}/preview", query_string=asked)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_a_program_that_inverts_pays_no_heed_to_our_dark_scheme(
    editor_client: SignedIn, issue: Issue
) -> None:
    def shown(scheme: str) -> str:
        return editor_client.get(f"/admin/issues/{issue.id}/preview?scheme={scheme}").text

    assert "@media (max-width:0px)" in shown("inverted")
    assert 'name="color-scheme"' not in shown("inverted")
    assert "background-color:#fff;" in shown("light")
    assert "background-color:#fff;" not in shown("inverted")
    assert "Eleven thousand books came by" in shown("inverted")
