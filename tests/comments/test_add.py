"""Comments, replies and mentions: what is refused, who is told, what is resolved."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.comments.add import MOST_FROM_A_LINK, add_comment, add_reply, add_shared_comment
from newsletter.comments.models import Comment
from newsletter.comments.notify import mentioned_names
from newsletter.comments.resolve import reopen, resolve
from newsletter.comments.share import share
from newsletter.comments.threads import count_open, list_threads
from newsletter.core.errors import Limited, Missing, Refused
from newsletter.issues.delete import delete_draft
from newsletter.issues.edit import edit_issue
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.outbox.models import SystemMessage
from tests.factories import make_issue, make_publication

ANA = "ana@press.example"


@pytest.fixture
def issue(session: Session) -> Issue:
    """Its one section `hello` says “good morning”; Ana and Ben are on the team."""
    for email in (ANA, "ben@press.example"):
        create_user(session, email=email, role=RoleName.EDITOR, password=None, actor="test").password = "x"
    return make_issue(session, make_publication(session))


def threads(session: Session, issue: Issue) -> list[tuple]:
    document = load_document(find_revision(session, issue))
    return [
        (each.comment.text, each.target.path if each.target else "", each.is_gone, len(each.replies))
        for each in list_threads(session, issue, document)
    ]


def test_a_comment_stays_with_its_words_and_says_when_they_are_gone(session: Session, issue: Issue) -> None:
    add_comment(session, issue, "All fine.", author=ANA)
    first = add_comment(session, issue, "Too early?", author=ANA, section_id="hello", quote="Good Morning")
    add_reply(session, issue, add_reply(session, issue, first.id, "No.", author=ANA).id, "Yes.", author=ANA)
    assert threads(session, issue) == [
        ("All fine.", "", False, 0),
        ("Too early?", "sections[0]", False, 2),
    ]
    change = [{"op": "replace", "path": "/sections/0/text", "value": "Good evening."}]
    edit_issue(session, issue.id, "1.0", change, author=ANA)
    assert threads(session, issue)[1] == ("Too early?", "", True, 2)
    assert count_open(session, issue) == 2
    resolve(session, issue, first.id, actor=ANA)
    resolve(session, issue, first.id, actor="ben@press.example")
    assert (count_open(session, issue), first.resolved_by) == (1, ANA)
    reopen(session, issue, first.id, actor=ANA)
    assert count_open(session, issue) == 2


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"text": " \n"}, "text"),
        ({"text": "x" * 4_001}, "text"),
        ({"section_id": "nowhere"}, "section"),
        ({"section_id": "hello", "item": 0}, "item"),
        ({"item": 0}, "section"),
        ({"quote": "good night"}, "quote"),
        ({"section_id": "hello", "quote": "x" * 501}, "quote"),
    ],
)
def test_what_cannot_be_used_names_its_field(session: Session, issue: Issue, facts: dict, field: str) -> None:
    given = {"text": "Well."} | facts
    with pytest.raises(Refused) as refused:
        add_comment(session, issue, given.pop("text"), author=ANA, **given)
    assert list(refused.value.fields) == [field]


def test_a_comment_of_another_issue_is_not_answered(session: Session, issue: Issue) -> None:
    other = make_issue(session, issue.publication, "two")
    comment = add_comment(session, other, "Well.", author=ANA)
    with pytest.raises(Missing):
        add_reply(session, issue, comment.id, "No.", author=ANA)
    with pytest.raises(Refused, match="not a reply"):
        resolve(session, other, add_reply(session, other, comment.id, "No.", author=ANA).id, actor=ANA)


def test_whoever_is_mentioned_is_mailed_but_not_by_strangers(session: Session, issue: Issue) -> None:
    add_comment(session, issue, "Look, @Ben. And @ana, and a@ben, @nobody!", author=ANA)
    told = session.scalars(select(SystemMessage)).one()
    assert (told.kind, told.recipient) == ("mentioned", "ben@press.example")
    link = share(session, issue.id, actor=ANA)
    add_shared_comment(session, link, issue, "@ben @ana buy this", name="Eve")
    assert session.scalar(select(func.count()).select_from(SystemMessage)) == 1


def test_names_are_read_as_people_write_them() -> None:
    assert mentioned_names("(@ana) @b.c, me@ben.example @cy@press.example. @@x") == {
        "ana",
        "b.c",
        "cy@press.example",
    }


def test_a_link_takes_so_many_comments(session: Session, issue: Issue) -> None:
    link = share(session, issue.id, actor=ANA)
    for name in ("", "x" * 81):
        with pytest.raises(Refused):
            add_shared_comment(session, link, issue, "Well.", name=name)
    facts = {"issue_id": issue.id, "share_link_id": link.id, "author": "Eve", "text": "x"}
    session.add_all(Comment(**facts, revision=1, edits=0) for _ in range(MOST_FROM_A_LINK))
    session.flush()
    with pytest.raises(Limited):
        add_shared_comment(session, link, issue, "Well.", name="Eve")


def test_a_draft_is_deleted_with_its_comments_and_links(session: Session, issue: Issue) -> None:
    link = share(session, issue.id, actor=ANA)
    comment = add_shared_comment(session, link, issue, "Well.", name="Eve", quote="good morning")
    assert comment.section_id == "hello"
    add_reply(session, issue, comment.id, "Yes.", author=ANA)
    session.commit()
    delete_draft(session, issue.id, actor=ANA)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Comment)) == 0
