"""The page of comments: written, answered, resolved; links that share the issue."""

from urllib.parse import unquote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.comments.models import Comment, ShareLink
from newsletter.issues.models import Issue
from tests.databases import both_databases
from tests.web.admin.issues.conftest import STORY, DocumentClient, own, save_issue, tree, words
from tests.web.signed_in import SignedIn

PAGE = "comments"


def comments(session: Session) -> list[Comment]:
    session.rollback()
    return list(
        session.scalars(select(Comment).order_by(Comment.id).execution_options(populate_existing=True))
    )


@both_databases
def test_a_comment_is_written_answered_and_resolved(
    editor_client: SignedIn, admin_client: SignedIn, session: Session, issue: Issue, api: DocumentClient
) -> None:
    given = {"about": "digest/0", "quote": "came by mule", "text": "By horse, I think.\n@olga?"}
    answer = editor_client.post(own(issue, PAGE), data=given)
    [first] = comments(session)
    assert (answer.status_code, answer.location) == (303, f"{own(issue, PAGE)}#comment-{first.id}")
    assert (first.section_id, first.item_url) == ("digest", STORY["url"])
    page = admin_client.get(own(issue, PAGE)).text
    assert "Weekly digest: A library for a town that had none" in words(page)
    [place] = tree(page).cssselect(".comment-place a")
    assert unquote(place.get("href")) == f"{own(issue, 'edit')}#sections[1].items[0]"
    admin_client.post(own(issue, PAGE), data={"reply_to": str(first.id), "text": "No."})
    api.save({"op": "remove", "path": "/sections/1/items/0"})
    assert "On deleted text" in words(admin_client.get(own(issue, PAGE)).text)
    admin_client.post(own(issue, f"comments/{first.id}/resolve"))
    assert "Resolved by olga@press.example" in words(admin_client.get(own(issue, PAGE)).text)
    admin_client.post(own(issue, f"comments/{first.id}/reopen"))
    assert [each.resolved_at for each in comments(session)] == [None, None]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"about": "digest/7"}, "about"),
        ({"about": "nowhere"}, "about"),
        ({"about": "digest/x"}, "about"),
        ({"quote": "by horse"}, "quote"),
        ({"text": " "}, "text"),
    ],
)
def test_what_cannot_be_used_stays_in_the_form(
    editor_client: SignedIn, session: Session, issue: Issue, given: dict[str, str], field: str
) -> None:
    answer = editor_client.post(own(issue, PAGE), data={"text": "Typed <b>words</b>"} | given)
    assert answer.status_code == 400
    assert tree(answer.text).cssselect(f"#comment [name={field}][aria-invalid]")
    assert "text" in given or "Typed &lt;b&gt;words" in answer.text
    assert comments(session) == []


def test_a_comment_of_another_issue_is_not_found(
    editor_client: SignedIn, session: Session, issue: Issue
) -> None:
    other = save_issue(session, issue.publication, slug="two")
    session.commit()
    editor_client.post(own(other, PAGE), data={"text": "Well."})
    [theirs] = comments(session)
    assert editor_client.post(own(issue, f"comments/{theirs.id}/resolve")).status_code == 404
    answer = editor_client.post(own(issue, PAGE), data={"reply_to": str(theirs.id), "text": "Typed"})
    assert answer.status_code == 404


@both_databases
def test_a_share_link_is_made_and_revoked(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    for days in ("0", "91", "soon"):
        assert editor_client.post(own(issue, "share"), data={"days": days}).status_code == 400
    editor_client.post(own(issue, "share"), data={"days": "3"})
    [link] = session.scalars(select(ShareLink)).all()
    [shown] = tree(editor_client.get(own(issue, PAGE)).text).cssselect(".share-link input[readonly]")
    path = "/share/" + shown.get("value").partition("/share/")[2]
    assert editor_client.get(path).status_code == 200
    editor_client.post(own(issue, "share/revoke"), data={"link": str(link.id)})
    assert editor_client.get(path).status_code == 400
    assert not tree(editor_client.get(own(issue, PAGE)).text).cssselect(".share-link")
