"""Snippets: edited in one place, taken over by drafts, pinned by what is scheduled or was sent."""

import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.approval.approve import approve
from newsletter.approval.demand import lacks_approval
from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.links import Links
from newsletter.document import dumps, loads
from newsletter.document.blocks.snippet import SnippetSection
from newsletter.issues.compile import compile_issue
from newsletter.issues.create import create_issue
from newsletter.issues.delete import delete_draft
from newsletter.issues.edit import edit_issue, state_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, Revision
from newsletter.issues.publish import publish_issue
from newsletter.issues.restore import restore_revision
from newsletter.issues.save import save_document
from newsletter.issues.snippets.find import find_snippet, find_uses
from newsletter.issues.snippets.models import IssueSnippet
from newsletter.issues.snippets.save import SnippetWords, Stale, delete_snippet, save_snippet
from newsletter.preflight.check import check
from newsletter.publications.models import Publication
from newsletter.sending.schedule import schedule
from newsletter.sending.unschedule import unschedule
from tests.factories import make_publication_with_reader

ANA, BEN = "ana@press.example", "ben@press.example"
OLD = SnippetWords("How to support us", "Give what a **coffee** costs.", "https://a.example/give", "Give")
NEW = SnippetWords("Support us", "Give what a *tea* costs.")
USES = {"type": "snippet", "id": "support", "key": "support"}


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication_with_reader(session)
    save_snippet(session, made, "support", OLD, actor=ANA)
    session.commit()
    return made


def a_draft(session: Session, publication: Publication, slug: str = "one", **facts: str) -> Issue:
    hello = {"type": "text", "id": "hello", "text": "Good morning."}
    document = {"title": slug, "slug": slug, "subject": "What happened", "preheader": "Three stories"}
    text = json.dumps(document | {"sections": [hello, USES | facts]})
    issue = save_document(session, publication, loads(text), author=ANA).issue
    session.commit()
    return issue


def words(session: Session, issue: Issue, number: int | None = None) -> tuple[str, str, str, str]:
    section = load_document(find_revision(session, issue, number)).sections[-1]
    assert isinstance(section, SnippetSection)
    return section.title, section.text, section.url, section.link_label


def say(session: Session, publication: Publication, said: SnippetWords = NEW, actor: str = BEN) -> list[str]:
    saved = save_snippet(session, publication, "support", said, actor=actor)
    session.commit()
    return [issue.slug for issue in saved.drafts]


def rules(session: Session, issue: Issue, links: Links) -> list[str]:
    found = check(session, find_revision(session, issue), issue.publication, links)
    return [each.message for each in found if each.rule == "snippets"]


def test_a_draft_has_the_words_of_its_snippet_whatever_was_typed(
    session: Session, publication: Publication, links: Links
) -> None:
    issue = a_draft(session, publication, text="Something else.")
    assert words(session, issue) == ("How to support us", OLD.text, OLD.url, "Give")
    revision = find_revision(session, issue)
    change = [{"op": "replace", "path": "/sections/1/text", "value": "Mine."}]
    assert state_of(edit_issue(session, issue.id, "1.0", change, author=ANA)) == "1.0"
    assert "coffee" in compile_issue(session, revision, publication, links).fill_html({})
    newer = create_issue(session, publication, "Next week", like=issue, actor=ANA)
    assert words(session, newer)[1] == OLD.text


def test_saving_a_snippet_edits_each_draft_that_uses_it(session: Session, publication: Publication) -> None:
    one, other = a_draft(session, publication), a_draft(session, publication, "two", key="")
    assert say(session, publication) == ["one"]
    assert words(session, one) == ("Support us", NEW.text, "", "")
    assert find_revision(session, one).author == BEN
    assert other.latest_revision == 1
    assert say(session, publication) == []  # it says that already
    again = restore_revision(session, one.id, 1, actor=ANA).revision
    assert (again.number, words(session, one)[1]) == (2, NEW.text)


def test_an_approval_is_void_when_a_snippet_was_edited(session: Session, publication: Publication) -> None:
    publication.approval_required = True
    issue = a_draft(session, publication)
    approve(session, issue.id, "1.0", actor=BEN)
    assert not lacks_approval(session, find_revision(session, issue), publication)
    say(session, publication)
    assert lacks_approval(session, find_revision(session, issue), publication)


def test_what_is_scheduled_keeps_its_words_and_makes_the_same_message(
    session: Session, publication: Publication, links: Links
) -> None:
    issue = a_draft(session, publication)
    mailing = schedule(session, issue, None, links, actor=ANA)
    session.commit()
    pinned = session.get_one(Revision, mailing.revision_id)
    before = compile_issue(session, pinned, publication, links)
    assert say(session, publication) == []
    delete_snippet(session, publication, "support", actor=BEN)
    assert compile_issue(session, pinned, publication, links).to_json() == before.to_json()
    assert rules(session, issue, links) == []
    uses = find_uses(session, publication, "support")
    assert (uses.drafts, uses.pinned) == ([], [issue])


def test_an_issue_that_is_unscheduled_takes_the_new_words(
    session: Session, publication: Publication, links: Links
) -> None:
    issue = a_draft(session, publication)
    schedule(session, issue, None, links, actor=ANA)
    say(session, publication)
    assert words(session, issue)[1] == OLD.text
    unschedule(session, issue.id, actor=BEN)
    assert (words(session, issue)[1], words(session, issue, 1)[1]) == (NEW.text, OLD.text)
    assert find_revision(session, issue, 1).locked_at


def test_what_was_sent_keeps_its_words_in_every_later_revision(
    session: Session, publication: Publication
) -> None:
    issue = a_draft(session, publication)
    publish_issue(session, find_revision(session, issue))
    say(session, publication)
    document = load_document(find_revision(session, issue))
    saved = save_document(session, publication, document.model_copy(update={"title": "Mended"}), author=BEN)
    assert (saved.revision.number, words(session, issue)[1]) == (2, OLD.text)
    bare = document.model_copy(update={"sections": document.sections[:1]})
    save_document(session, publication, bare, author=BEN)
    assert find_uses(session, publication, "support").pinned == [issue]  # its readers have it


def test_a_snippet_that_is_gone_or_not_chosen_blocks(
    session: Session, publication: Publication, links: Links
) -> None:
    gone = a_draft(session, publication, key="gone", text="Kept as it is.")
    assert words(session, gone)[1] == "Kept as it is."
    assert rules(session, gone, links) == [
        "The snippet “gone” was deleted. Choose another one, or delete the section."
    ]
    with pytest.raises(Refused, match="The snippet “gone” was deleted"):
        schedule(session, gone, None, links, actor=ANA)
    unchosen = a_draft(session, publication, "two", key="")
    assert rules(session, unchosen, links) == ["No snippet was chosen for this section."]
    late = a_draft(session, publication, "three")
    find_snippet(session, publication, "support").text = "Saved in the same moment."
    assert "has been edited" in rules(session, late, links)[0]


def test_of_two_editors_the_second_is_told(session: Session, publication: Publication) -> None:
    save_snippet(session, publication, "support", NEW, actor=ANA, edits=1)
    with pytest.raises(Stale) as stale:
        save_snippet(session, publication, "support", OLD, actor=BEN, edits=1)
    assert stale.value.snippet.text == NEW.text
    same = save_snippet(session, publication, "support", NEW, actor=BEN, edits=1)
    assert (same.changed, same.snippet.edits) == (False, 2)  # the button was pressed twice
    with pytest.raises(Stale):
        save_snippet(session, publication, "support", OLD, actor=BEN, edits=0)  # two new ones of one key
    delete_snippet(session, publication, "support", actor=ANA)
    with pytest.raises(Missing):
        save_snippet(session, publication, "support", OLD, actor=BEN, edits=2)


def test_one_that_drafts_use_cannot_be_deleted(session: Session, publication: Publication) -> None:
    issue = a_draft(session, publication)
    with pytest.raises(Conflict, match="This snippet is used in “one”"):
        delete_snippet(session, publication, "support", actor=ANA)
    delete_draft(session, issue.id, actor=ANA)
    assert session.scalar(select(func.count()).select_from(IssueSnippet)) == 0
    delete_snippet(session, publication, "support", actor=ANA)
    with pytest.raises(Missing, match="The Weekly has no snippet “support”"):
        delete_snippet(session, publication, "support", actor=ANA)
    kinds = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("snippet.%")))
    assert sorted(kinds) == ["snippet.created", "snippet.deleted"]


@pytest.mark.parametrize(
    ("key", "said", "field"),
    [
        ("Support us", OLD, "key"),
        ("support", SnippetWords("Title", "  "), "text"),
        ("support", SnippetWords("Two\nlines", "Text"), "title"),
        ("support", SnippetWords("", "[click](javascript:alert)"), "text"),
        ("support", SnippetWords("", "Text", "ftp://a.example"), "url"),
        ("support", SnippetWords("", "x" * 20_001), "text"),
        ("support", SnippetWords("", "{{ nobody }}"), "text"),
    ],
)
def test_what_no_issue_could_say_is_refused(
    session: Session, publication: Publication, key: str, said: SnippetWords, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        save_snippet(session, publication, key, said, actor=ANA)
    assert refused.value.fields.keys() == {field}
    assert find_snippet(session, publication, "support").text == OLD.text


def test_export_and_import_are_exact(session: Session, publication: Publication) -> None:
    issue = a_draft(session, publication)
    text = find_revision(session, issue).document
    assert dumps(loads(text)) == text
    assert not save_document(session, publication, loads(text), author=BEN).changed
