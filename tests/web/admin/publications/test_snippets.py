"""The pages of snippets: a list, a form, two editors, and deleting one."""

import pytest
from sqlalchemy.orm import Session

from newsletter.document.reading import read
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.issues.snippets.find import find_snippet
from newsletter.issues.snippets.save import SnippetWords, save_snippet
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.admin.publications.conftest import errors, values, words
from tests.web.signed_in import SignedIn

LIST, NEW = "/admin/p/morning/snippets", "/admin/p/morning/new-snippet"
PAGE = f"{LIST}/how-to-support-us"
TYPED = {"title": "How to support us", "markdown": "Give what a **coffee** costs.\r\n\r\nThanks."}


@pytest.fixture
def draft(session: Session, publication: Publication) -> Issue:
    said = SnippetWords("How to support us", "Give what a coffee costs.")
    save_snippet(session, publication, "how-to-support-us", said, actor="ana@press.example")
    sections = [{"type": "snippet", "key": "how-to-support-us"}]
    issue = save_document(session, publication, read({"title": "No. 7", "sections": sections})).issue
    session.commit()
    return issue


@both_databases
def test_one_is_written_and_listed(
    admin_client: SignedIn, session: Session, publication: Publication
) -> None:
    assert "No snippets yet" in words(admin_client.get(LIST))
    form = values(admin_client.get(NEW), NEW)
    answer = admin_client.post(NEW, data=form | TYPED)
    assert (answer.status_code, answer.location) == (303, LIST)
    snippet = find_snippet(session, publication, "how-to-support-us")
    assert snippet.text == "Give what a **coffee** costs.\n\nThanks."
    session.rollback()
    assert "Give what a coffee costs. Thanks." in words(admin_client.get(LIST))
    again = admin_client.post(NEW, data=form | TYPED | {"markdown": "Another text."})
    assert again.status_code == 409
    assert errors(again) == {"key": "There is already a snippet with the key “how-to-support-us”."}
    assert values(again, NEW)["markdown"].strip() == "Another text."


def test_an_edit_reaches_the_drafts(admin_client: SignedIn, session: Session, draft: Issue) -> None:
    page = admin_client.get(PAGE)
    assert "Used in" in words(page)
    assert f"/admin/issues/{draft.id}/edit" in page.text
    answer = admin_client.post(PAGE, data=values(page, PAGE) | {"markdown": "Give more."})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "1 draft has the new text." in words(admin_client.get(PAGE))
    session.expire_all()
    (section,) = load_document(find_revision(session, draft)).sections
    assert section.model_dump()["text"] == "Give more."


def test_of_two_editors_the_second_sees_both_texts(
    admin_client: SignedIn, session: Session, publication: Publication, draft: Issue
) -> None:
    mine = values(admin_client.get(PAGE), PAGE) | {"markdown": "Mine."}
    theirs = SnippetWords("How to support us", "Theirs.")
    save_snippet(session, publication, "how-to-support-us", theirs, actor="ben@press.example")
    session.commit()
    refused = admin_client.post(PAGE, data=mine)
    assert refused.status_code == 409
    assert "Someone else saved this snippet" in words(refused)
    assert "Theirs." in words(refused)
    assert values(refused, PAGE)["markdown"].strip() == "Mine."
    assert admin_client.post(PAGE, data=values(refused, PAGE)).status_code == 303
    session.expire_all()
    assert find_snippet(session, publication, "how-to-support-us").text == "Mine."


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("markdown", "", "Enter the text."),
        ("markdown", "[a](javascript:alert)", "A link must begin with https:// or http://."),
        ("url", "nowhere", "A link must begin with https:// or http://."),
        ("edits", "²", "Someone else saved this snippet"),
    ],
)
def test_what_cannot_stand_is_told(
    admin_client: SignedIn,
    session: Session,
    publication: Publication,
    draft: Issue,
    field: str,
    typed: str,
    sentence: str,
) -> None:
    form = values(admin_client.get(PAGE), PAGE) | {"title": "Another title", field: typed}
    answer = admin_client.post(PAGE, data=form)
    assert answer.status_code in (400, 409)
    assert sentence in words(answer)
    session.expire_all()
    assert find_snippet(session, publication, "how-to-support-us").title == "How to support us"


def test_one_in_use_is_not_deleted(admin_client: SignedIn, session: Session, draft: Issue) -> None:
    assert "Drafts use it." in words(admin_client.get(PAGE))
    assert admin_client.post(f"{PAGE}/delete").location == PAGE
    assert "This snippet is used in “No. 7”." in words(admin_client.get(PAGE))
    admin_client.post(f"/admin/issues/{draft.id}/delete")
    assert admin_client.post(f"{PAGE}/delete").location == LIST
    assert admin_client.post(f"{PAGE}/delete").location == LIST  # pressed twice
    assert admin_client.get(PAGE).status_code == 404
