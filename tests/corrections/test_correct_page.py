"""The web page of a sent issue is corrected, and the message that was sent stays what it was."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.archive_search.query import parse_query
from newsletter.audit.models import AuditEntry
from newsletter.bundles.verify import verify_bundle
from newsletter.bundles.write import write_bundle
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.links import Links
from newsletter.corrections.correct_page import NOTE_LENGTH, PageChanged, correct_page, list_corrections
from newsletter.corrections.page_texts import page_texts, with_texts
from newsletter.corrections.shown import changes_between, find_shown_corrections
from newsletter.document import Document
from newsletter.document.blocks import BLOCKS
from newsletter.document.errors import DocumentInvalid
from newsletter.document.visibility import Visibility
from newsletter.issues.diff import Change
from newsletter.issues.edit import Locked, edit_issue, state_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.published import find_published
from newsletter.issues.search import search_archive
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.media.files import MediaFiles
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from tests.corrections.conftest import write_issue

ANA, BEN = "ana@press.example", "ben@press.example"
TEXT, HEADLINE = "sections[0].text", "sections[1].items[0].headline"
APRIL = "The [mill](https://tide.example/mill) opened in *April*."
NOTE = "The mill opened in April, not in March."


def page_of(session: Session, issue: Issue) -> Document:
    return find_published(session, issue.publication, issue.slug).document


def marked(before: Document, after: Document) -> list[str]:
    """Each change as a line: [-removed-], {+added+}."""
    marks = {Change.SAME: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "{{+{}+}}"}
    return [
        f"{change.place}: " + "".join(marks[piece.change].format(piece.text) for piece in change.pieces)
        for change in changes_between(before, after)
    ]


def test_the_page_is_corrected_and_what_was_sent_stays(
    session: Session, issue: Issue, runtime: Runtime, links: Links
) -> None:
    files = MediaFiles(runtime.settings.media_dir)
    bundle = write_bundle(session, issue.id, links, files)
    stored = session.scalars(select(StoredMessage.compiled)).one()
    first = correct_page(
        session,
        issue.id,
        with_texts(page_of(session, issue), {TEXT: APRIL}),
        f" {NOTE}\r\n",
        links,
        actor=ANA,
    )
    slug = page_of(session, issue).model_copy(update={"slug": "elsewhere", "title": "Week 1"})
    correct_page(session, issue.id, slug, "It is week 1.", links, actor=BEN, shown=first.revision)
    session.commit()

    assert page_of(session, issue).title == issue.title == "Week 1"
    assert search_archive(session, issue.publication, parse_query("april")).total == 1
    assert search_archive(session, issue.publication, parse_query("march")).total == 0
    assert issue.slug == "one"
    assert [
        (each.note, each.actor, each.before_revision, each.revision)
        for each in list_corrections(session, issue)
    ] == [
        (NOTE, ANA, 1, 2),
        ("It is week 1.", BEN, 2, 3),
    ]
    [one, two] = find_shown_corrections(session, [issue.id])[issue.id]
    assert [change.place for change in one.changes] == ["Tides"]
    assert "".join(piece.text for piece in two.changes[0].pieces) == "Week one1"
    assert session.scalars(select(StoredMessage.compiled)).one() == stored
    assert session.scalars(select(Mailing.revision_id)).one() == find_revision(session, issue, 1).id
    assert write_bundle(session, issue.id, links, files) == bundle
    assert verify_bundle(bundle).identical
    entry, _ = session.scalars(select(AuditEntry).where(AuditEntry.action == "issue.corrected")).all()
    assert (entry.actor, entry.detail) == (ANA, {"revision": 2, "before": 1})
    newest = find_revision(session, issue)
    assert newest.locked_at is not None
    with pytest.raises(Locked):
        edit_issue(session, issue.id, state_of(newest), [], author=BEN)


def test_what_cannot_be_published_says_why(
    session: Session, issue: Issue, publication: Publication, links: Links
) -> None:
    page = page_of(session, issue)
    right = with_texts(page, {TEXT: APRIL})
    draft = write_issue(session, publication, "two")
    picture = BLOCKS["image"].example()
    lost = picture.model_copy(update={"image": picture.image.model_copy(update={"src": "media:nowhere"})})
    refused = [
        (issue.id, page, NOTE, None, Refused, "is the same as before"),
        (issue.id, right, " \n", None, Refused, "readers see this note"),
        (issue.id, right, "x" * (NOTE_LENGTH + 1), None, Refused, "at most 1,000"),
        (issue.id, right, "a\0b", None, Refused, "control characters"),
        (issue.id, right, "a\u202eb", None, Refused, "U\\+202E"),
        (issue.id, page.model_copy(update={"sections": (lost,)}), NOTE, None, Refused, "nowhere"),
        (issue.id, right, NOTE, 7, PageChanged, "Someone else"),
        (draft.id, right, NOTE, None, Conflict, "no web page yet"),
        (99, right, NOTE, None, Missing, "no issue 99"),
    ]
    for issue_id, document, note, shown, kind, said in refused:
        with pytest.raises(kind, match=said):
            correct_page(session, issue_id, document, note, links, actor=ANA, shown=shown)
        session.rollback()
    assert list_corrections(session, issue) == []
    assert page_of(session, issue) == page


def test_of_two_who_correct_at_once_the_second_is_told(session: Session, issue: Issue, links: Links) -> None:
    page = page_of(session, issue)
    correct_page(session, issue.id, with_texts(page, {TEXT: APRIL}), NOTE, links, actor=ANA, shown=1)
    with pytest.raises(PageChanged):
        correct_page(session, issue.id, with_texts(page, {HEADLINE: "Full"}), NOTE, links, actor=BEN, shown=1)


def test_what_only_some_readers_see_stands_in_no_correction(
    session: Session, issue: Issue, links: Links
) -> None:
    before = page_of(session, issue)
    facts = {"id": "gold", "text": "The code is 4711.", "visibility": Visibility(topics=("gold",))}
    members = BLOCKS["text"].example().model_copy(update=facts)
    changed = before.model_copy(update={"title": "Week 1", "sections": (*before.sections, members)})
    correct_page(session, issue.id, changed, NOTE, links, actor=ANA)
    [shown] = find_shown_corrections(session, [issue.id])[issue.id]
    assert ["".join(piece.text for piece in change.pieces) for change in shown.changes] == ["Week one1"]


def test_readers_see_words_and_no_markup(session: Session, issue: Issue) -> None:
    before = load_document(find_revision(session, issue, 1))
    after = with_texts(
        before.model_copy(update={"subject": "Another subject", "preheader": "Not on the page."}),
        {TEXT: APRIL, HEADLINE: "Ports fill up again", "sections[1].items[0].url": "https://ports.example/b"},
    )
    assert marked(before, after) == [
        "Tides: The mill (https://tide.example/mill) opened in [-March-]{+April+}.",
        ": Ports fill up{+ again+}",
        "Ports fill up again: [-https://ports.example/a?b=1&c=2-]{+https://ports.example/b+}",
    ]
    before_notice = Document(title="N", sections=(BLOCKS["notice"].example(),))
    sunday = "Nominations for the *Lantern Prize* close on **Sunday**."
    notice = with_texts(before_notice, {"sections[0].items[2]": sunday})
    assert marked(before_notice, notice) == [
        "This week in three lines: Nominations for the Lantern Prize close on [-Friday-]{+Sunday+}."
    ]
    fewer = after.model_copy(update={"sections": after.sections[:1]})
    assert marked(after, fewer)[:2] == [": [-Stories-]", ": [-Ports fill up again-]"]
    bold = with_texts(before, {TEXT: "The [mill](https://tide.example/mill) opened in **March**."})
    assert marked(before, bold) == []


def test_texts_are_changed_in_their_places() -> None:
    document = Document(
        title="All",
        subject="S",
        sections=tuple(BLOCKS[key].example() for key in ("notice", "quotes", "text")),
    )
    texts = {text.path: text for text in page_texts(document)}
    assert {"title", "sections[0].items[1]", "sections[1].items[0].text", "sections[2].text"} <= set(texts)
    assert not {"subject", "slug", "sections[0].id", "sections[0].type"} & set(texts)
    same = {path: text.value.replace("\n", "\r\n") for path, text in texts.items()}
    assert with_texts(document, same) == document
    changed = with_texts(
        document, {"sections[0].items[1]": "Grain is *back*.", "slug": "no", "nowhere": "no"}
    )
    now = {text.path: text.value for text in page_texts(changed)}
    assert now == {path: text.value for path, text in texts.items()} | {
        "sections[0].items[1]": "Grain is *back*."
    }
    assert changed.slug == document.slug
    with pytest.raises(DocumentInvalid) as invalid:
        with_texts(document, {"title": " ", "sections[1].items[0].permalink": "javascript:x"})
    assert set(invalid.value.fields) == {"title", "sections[1].items[0].permalink"}
