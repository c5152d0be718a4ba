"""The pages of messages in a publication's own words."""

import pytest
from sqlalchemy.orm import Session

from newsletter.publications.messages.find import list_messages
from newsletter.publications.messages.models import MessageKind
from newsletter.publications.messages.save import MessageWords, save_message
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.admin.publications.conftest import errors
from tests.web.signed_in import SignedIn

PAGES = "/admin/p/morning/messages"
GERMAN = f"{PAGES}/welcome/de"


@both_databases
def test_a_welcome_is_written_seen_and_removed(
    session: Session, publication: Publication, admin_client: SignedIn
) -> None:
    assert "Not sent: nobody has written it yet." in admin_client.get(PAGES).text
    assert "What readers get" not in admin_client.get(GERMAN).text
    assert admin_client.get(f"{GERMAN}/preview").status_code == 404
    typed = {"subject": "Willkommen", "markdown": "Schön, dass **Sie** da sind.", "edits": "0"}
    answer = admin_client.post(GERMAN, data=typed)
    assert (answer.status_code, answer.location) == (303, GERMAN)
    page = admin_client.get(GERMAN).text
    assert "The message was saved. Readers get it from now on." in page
    assert "What readers get" in page
    preview = admin_client.get(f"{GERMAN}/preview")
    assert "Schön, dass <strong>Sie</strong> da sind." in preview.text
    assert "script-src" not in preview.headers["Content-Security-Policy"]
    assert "Willkommen" in admin_client.get(PAGES).text
    assert admin_client.post(f"{GERMAN}/remove").status_code == 303
    assert admin_client.post(f"{GERMAN}/remove").status_code == 303  # a second press
    session.rollback()
    assert list_messages(session, publication) == []


def test_of_the_others_the_built_in_text_is_shown(publication: Publication, admin_client: SignedIn) -> None:
    page = admin_client.get(f"{PAGES}/confirmation/de").text
    assert "The built-in message." in page
    assert "Bestätigen Sie" in admin_client.get(f"{PAGES}/confirmation/de/preview").text


def test_what_cannot_stand_is_said_beside_its_field_and_what_was_typed_stays(
    publication: Publication, admin_client: SignedIn
) -> None:
    typed = {"subject": "Hallo {{first_name}}", "markdown": "[x](javascript:alert(1))", "edits": "0"}
    answer = admin_client.post(GERMAN, data=typed)
    assert answer.status_code == 400
    assert set(errors(answer)) == {"subject", "markdown"}
    assert "javascript:alert(1)" in answer.text
    assert admin_client.post(GERMAN, data={}).status_code == 400


def test_of_two_editors_the_second_is_told(
    session: Session, publication: Publication, admin_client: SignedIn
) -> None:
    save_message(session, publication, MessageKind.WELCOME, "de", MessageWords("Hallo", "A."), actor="flo")
    session.commit()
    answer = admin_client.post(GERMAN, data={"subject": "Guten Tag", "markdown": "B.", "edits": "0"})
    assert answer.status_code == 409
    assert "Someone else saved this message while you were editing." in answer.text
    assert ("Hallo" in answer.text, "Guten Tag" in answer.text) == (True, True)
    assert 'name="edits"' in answer.text
    again = admin_client.post(GERMAN, data={"subject": "Guten Tag", "markdown": "B.", "edits": "1"})
    assert again.status_code == 303


@pytest.mark.parametrize(
    "path", ["nothing/de", "welcome/DE", "welcome/klingon!", "welcome/%00", "password_reset/de"]
)
def test_other_pages_are_not_there(publication: Publication, admin_client: SignedIn, path: str) -> None:
    assert admin_client.get(f"{PAGES}/{path}").status_code == 404
    assert admin_client.post(f"{PAGES}/{path}", data={"subject": "a", "markdown": "b"}).status_code == 404
