"""The list of issues, beginning one, the editor's page, deleting a draft."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html as lxml_html
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.document.blocks import BLOCKS
from newsletter.document.schema import editor_schema
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.models import Mailing, MailingState
from newsletter.publications.models import Publication
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from newsletter.sending.unschedule import unschedule
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.admin.issues.conftest import STORY, save_issue
from tests.web.signed_in import SignedIn

LIST = "/admin/p/morning/issues"
NEW = f"{LIST}/new"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "{{ name }}<svg/onload=alert(1)>",
    "javascript:alert(1)//\u2028",
    "<!--<script>",
]
TWELVE = datetime(2031, 3, 3, 11, 0, tzinfo=UTC)


def tree(text: str) -> Any:
    return lxml_html.document_fromstring(text)


def rows(text: str) -> list[str]:
    return [" ".join(row.text_content().split()) for row in tree(text).cssselect(".issue-rows tr")]


def page_data_of(text: str) -> Any:
    match = re.search(
        r'<script type="application/json" id="issue-editor-data">(.*?)</script>', text, re.DOTALL
    )
    assert match is not None
    return json.loads(match[1])


def test_an_empty_list_says_what_to_do(editor_client: SignedIn, publication: Publication) -> None:
    page = editor_client.get(LIST).text
    assert "No issues yet" in page
    assert NEW in page


@both_databases
@pytest.mark.usefixtures("reader")
def test_the_list_says_where_each_issue_is(
    editor_client: SignedIn, session: Session, publication: Publication, links: Links
) -> None:
    stages = (None, MailingState.SCHEDULED, MailingState.SENDING, MailingState.FINISHED)
    for number, state in enumerate(stages):
        issue = save_issue(session, publication, title=f"Week {number}", slug=f"week-{number}")
        if state is not None:
            mailing = schedule(session, issue, Moment(TWELVE, "Europe/Rome"), links, actor="test")
            mailing.state = state
            mailing.finished_at = TWELVE if state is MailingState.FINISHED else None
    session.commit()
    listed = rows(editor_client.get(LIST).text)
    assert [row.split()[1] for row in listed] == ["3", "2", "1", "0"]
    for row, words in zip(listed, ["Sent", "Sending", "Scheduled", "Draft"], strict=True):
        assert words in row
    assert "3 Mar 2031, 12:00" in listed[2]
    assert "ana@press.example" in listed[3]
    for stage, title in {"draft": "0", "scheduled": "1", "sending": "2", "sent": "3"}.items():
        filtered = rows(editor_client.get(f"{LIST}?stage={stage}").text)
        assert [row.split()[1] for row in filtered] == [title]


@both_databases
def test_the_list_is_filtered_and_paged(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    for number in range(35):
        save_issue(session, publication, title=f"Week {number} of 100%", slug=f"w-{number}")
    other = make_publication(session, "other")
    save_issue(session, other, title="Someone else's")
    session.commit()
    first, second = (editor_client.get(f"{LIST}?page={page}").text for page in (1, 2))
    assert len(rows(first)) == 30
    assert len(rows(second)) == 5
    assert "Page 1 of 2, 35 issues" in first
    assert "Somebody" not in first + second
    assert len(rows(editor_client.get(f"{LIST}?q=WEEK 7").text)) == 1
    assert len(rows(editor_client.get(f"{LIST}?q=100%25").text)) == 30
    assert "Nothing matches" in editor_client.get(f"{LIST}?q=%25%25").text
    for odd in (
        "page=0",
        "page=-1",
        "page=9999999",
        "page=x",
        "page=٣",
        "stage=x",
        "q=%00",
        "q=" + "x" * 900,
    ):
        assert editor_client.get(f"{LIST}?{odd}").status_code == 200, odd
    assert editor_client.get("/admin/p/nope/issues").status_code == 404


@both_databases
def test_an_issue_begins_with_a_title(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    assert "The Morning 1" in editor_client.get(NEW).text
    answer = editor_client.post(NEW, data={"title": "  Week one ", "begin": "empty"})
    assert answer.status_code == 303
    issue = session.scalars(select(Issue)).one()
    assert answer.location == f"/admin/issues/{issue.id}/edit"
    assert (issue.title, issue.slug) == ("Week one", "week-one")
    assert load_document(find_revision(session, issue)).sections == ()
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "issue")).all() == [
        "issue.created"
    ]
    editor_client.post(NEW, data={"title": "Week one"})
    assert sorted(session.scalars(select(Issue.slug))) == ["week-one", "week-one-2"]


@pytest.mark.parametrize("title", ["", "   ", "x" * 301, "a\x00b", "{{ broken", "two\nlines"])
def test_a_title_that_cannot_be_used_is_told_and_kept(
    editor_client: SignedIn, session: Session, publication: Publication, title: str
) -> None:
    answer = editor_client.post(NEW, data={"title": title})
    assert answer.status_code == 400
    field = tree(answer.text.replace("\0", "")).cssselect("#field-title")[0]
    assert field.get("aria-invalid") == "true"
    if title == "{{ broken":
        assert field.get("value") == title
    assert session.scalars(select(Issue)).all() == []


@both_databases
def test_the_skeleton_brings_titles_intros_and_standing_texts(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    about = {"type": "about", "id": "about-us", "title": "What is it?", "text": "A paper."}
    about |= {"owner": "Mira", "review_by": "2027-01-31"}
    digest = {"type": "links", "id": "digest", "title": "Digest", "intro": "In short:", "items": [STORY]}
    latest = {"type": "latest", "id": "latest", "title": "Latest", "limit": 3, "items": [STORY]}
    feature = {"type": "feature", "id": "watch", "title": "Watch", "headline": "Only this week"}
    save_issue(session, publication, sections=[about, digest, latest, feature])
    session.commit()
    save_issue(session, publication, title="Half written", slug="half-written")
    session.scalars(select(Issue).where(Issue.slug != "half-written")).one().number = 7
    session.commit()
    page = tree(editor_client.get(NEW).text)
    assert page.get_element_by_id("field-title").get("value") == "The Morning 8"  # the next number
    chosen = page.cssselect("#field-like option[selected]")
    assert [option.text.strip() for option in chosen] == ["No. 7: Week one"]  # the last that was sent
    unsent = page.cssselect("#field-like option")[1]
    assert unsent.text.strip() == "Half written (not sent)"
    page = tree(editor_client.get(f"{NEW}?like={unsent.get('value')}").text)
    assert page.cssselect("#field-like option[selected]")[0].get("value") == unsent.get("value")
    editor_client.post(NEW, data={"title": "Empty like it", "begin": "skeleton", "like": unsent.get("value")})
    empty = session.scalars(select(Issue).where(Issue.title == "Empty like it")).one()
    assert load_document(find_revision(session, empty)).sections[0].id != "about-us"
    editor_client.post(NEW, data={"title": "Week two", "begin": "skeleton"})
    begun = session.scalars(select(Issue).where(Issue.title == "Week two")).one()
    document = load_document(find_revision(session, begun))
    assert [section.model_dump(mode="json", exclude_defaults=True) for section in document.sections] == [
        about,
        {"type": "links", "id": "digest", "title": "Digest", "intro": "In short:"},
        {"type": "latest", "id": "latest", "title": "Latest", "limit": 3},
        {"type": "feature", "id": "watch", "title": "Watch"},
    ]
    assert document.subject == ""


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_is_typed_becomes_markup(
    editor_client: SignedIn, session: Session, publication: Publication, words: str
) -> None:
    title = words.replace("{{ name }}", "").replace("\u2028", "")
    story = STORY | {"headline": title, "blurb": title}
    sections = [{"type": "links", "id": "digest", "title": title, "items": [story]}]
    issue = save_issue(session, publication, title=title, subject=title, preheader=title, sections=sections)
    session.commit()
    own = f"/admin/issues/{issue.id}"
    for page in (LIST, f"{own}/edit", f"{own}/check", f"{own}/send", f"{own}/delete", NEW):
        text = editor_client.get(page).text
        assert not [
            script.text_content()
            for script in tree(text).iter("script")
            if script.get("src") is None and script.get("type") != "application/json"
        ], page
        assert not tree(text).cssselect("[onerror], [onload], img[src=x]"), page
    for variant in ("html", "text", "list"):
        shown = tree(editor_client.get(f"{own}/preview?variant={variant}").text)
        assert not shown.cssselect("script, [onerror], [onload], img[src=x], a[href^='javascript:']"), variant
        assert title.split()[0][:6] in shown.text_content() or variant == "html"


def test_the_editor_begins_with_everything_it_needs(
    editor_client: SignedIn, session: Session, issue: Issue
) -> None:
    answer = editor_client.get(f"/admin/issues/{issue.id}/edit")
    assert tree(answer.text).get_element_by_id("issue-editor") is not None
    facts = page_data_of(answer.text)
    assert facts["issueId"] == issue.id
    assert facts["title"] == "Week one"
    assert facts["publication"] == {
        "slug": "morning",
        "name": "The Morning",
        "language": "en",
        "dir": "ltr",
    }
    assert facts["etag"] == "1.0"
    assert (facts["locked"], facts["lockedSentence"]) == (False, "")
    assert facts["document"]["sections"][1]["items"][0]["headline"] == STORY["headline"]
    assert [block["type"] for block in facts["blocks"]] == list(BLOCKS.keys())
    assert facts["schema"] == editor_schema()
    assert facts["schema"]["properties"].keys() == facts["document"].keys()
    assert [field["name"] for field in facts["mergeFields"]] == [
        "first_name",
        "name",
        "email",
        "publication_name",
    ]
    assert facts["user"] == "eddi@press.example"
    for name in ("preview", "check", "send", "issues", "document", "history"):
        assert editor_client.get(facts["urls"][name]).status_code == 200, name
    assert set(facts["urls"]) >= {"upload", "media", "signIn", "presence"}
    assert "unschedule" not in facts["urls"]


def test_a_right_to_left_issue_says_so(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    issue = save_issue(session, publication, language="he", title="שבוע טוב", slug="one")
    session.commit()
    page = editor_client.get(f"/admin/issues/{issue.id}/edit").text
    assert page_data_of(page)["publication"]["dir"] == "rtl"


@both_databases
def test_a_draft_is_deleted_after_a_question(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    url = f"/admin/issues/{issue.id}/delete"
    assert "cannot be restored" in editor_client.get(url).text
    assert session.get(Issue, issue.id) is not None
    answer = editor_client.post(url)
    assert (answer.status_code, answer.location) == (303, LIST)
    assert "was deleted" in editor_client.get(LIST).text
    assert session.scalars(select(Issue)).all() == session.scalars(select(Revision)).all() == []
    assert editor_client.post(url).status_code == 303
    assert "issue.deleted" in session.scalars(select(AuditEntry.action)).all()


@both_databases
@pytest.mark.usefixtures("reader")
def test_what_was_scheduled_once_is_kept(
    editor_client: SignedIn, session: Session, issue: Issue, links: Links
) -> None:
    later = Moment(clock.now() + timedelta(days=1), "UTC")
    schedule(session, session.get_one(Issue, issue.id), later, links, actor="test")
    unschedule(session, issue.id, actor="test")
    session.commit()
    assert "so it cannot be deleted" in editor_client.get(f"/admin/issues/{issue.id}/delete").text
    assert editor_client.post(f"/admin/issues/{issue.id}/delete").status_code == 409
    assert session.get(Issue, issue.id) is not None
    assert session.scalars(select(Mailing.state)).all() == [MailingState.CANCELLED]
