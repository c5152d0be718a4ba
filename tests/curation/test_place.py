"""Placing: an entry becomes an item once, its picture follows, and it can come back."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, DomainError, Missing, Refused
from newsletter.curation.add import add_text
from newsletter.curation.discard import discard_entries, release_entries, restore_entries
from newsletter.curation.edit import edit_entry
from newsletter.curation.facts import entry_facts
from newsletter.curation.fetch_next import FetchContext
from newsletter.curation.models import Entry, EntryState, Via
from newsletter.curation.place import place_entries
from newsletter.curation.targets import list_targets
from newsletter.document.blocks.links import LinksSection
from newsletter.document.item import Item
from newsletter.issues.delete import delete_draft
from newsletter.issues.edit import edit_issue, state_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from tests.curation.conftest import ANA, fetch_all
from tests.servers.site import Answer, Site, article

HEADLINE = "Ferry line {{ to }} the *islands*"


def collected(session: Session, publication: Publication, number: int, **fields: str) -> Entry:
    [entry] = add_text(session, publication, f"https://post.example/{number}", via=Via.PASTE, actor=ANA)
    entry.state, entry.fetch_after = EntryState.READY, None  # its page was read
    values = {"headline": f"Story {number}", "outlet": "The Post", "published": "2026-11-27"} | fields
    return edit_entry(session, entry.id, values, edits=0)


def items(session: Session, issue: Issue) -> list[Item]:
    section = load_document(find_revision(session, issue)).sections[0]
    assert isinstance(section, LinksSection)
    return list(section.items)


def test_entries_become_items_with_their_provenance(
    session: Session, publication: Publication, issue: Issue
) -> None:
    first = collected(
        session, publication, 1, headline=HEADLINE, description="Two *stars*\nand {{ more", byline="Bo"
    )
    second = collected(session, publication, 2)
    placed = place_entries(session, [second.id, first.id], issue.id, "digest", author=ANA)
    assert [entry.id for entry in placed.entries] == [second.id, first.id]
    session.commit()
    two, one = items(session, issue)
    assert (two.headline, two.url) == ("Story 2", "https://post.example/2")
    assert one.headline == "Ferry line { { to } } the *islands*"
    assert one.blurb == "Two \\*stars\\*\nand { { more"
    assert (one.provenance.outlet, one.provenance.byline) == ("The Post", "Bo")
    assert str(one.provenance.published) == "2026-11-27"
    assert (first.state, first.issue_id, first.section_id) == (EntryState.USED, issue.id, "digest")
    assert entry_facts(session, first)["seen_in_issues"] == [{"id": issue.id, "title": "Number 42"}]


def test_what_is_placed_takes_the_place_of_a_story_in_which_nothing_is_written(
    session: Session, publication: Publication, issue: Issue
) -> None:
    revision = find_revision(session, issue)
    blank = {"op": "add", "path": "/sections/0/items/-", "value": {}}
    edit_issue(session, issue.id, state_of(revision), [blank], author=ANA)
    assert items(session, issue) == [Item()]
    for number in (1, 2):
        place_entries(session, [collected(session, publication, number).id], issue.id, "digest", author=ANA)
    assert [item.headline for item in items(session, issue)] == ["Story 1", "Story 2"]


def test_of_two_editors_who_place_one_entry_one_is_told(
    session: Session, publication: Publication, issue: Issue
) -> None:
    entry = collected(session, publication, 1)
    place_entries(session, [entry.id], issue.id, "digest", author=ANA)
    with pytest.raises(Conflict, match="is already in an issue"):
        place_entries(session, [entry.id], issue.id, "digest", author="bea@weekly.example")
    assert len(items(session, issue)) == 1


def test_a_feature_takes_one_story_while_it_is_empty(
    session: Session, publication: Publication, issue: Issue
) -> None:
    ids = [collected(session, publication, number).id for number in (1, 2)]
    with pytest.raises(Refused, match="holds one story"):
        place_entries(session, ids, issue.id, "watch", author=ANA)
    session.rollback()
    ids = [collected(session, publication, number).id for number in (1, 2)]
    place_entries(session, ids[:1], issue.id, "watch", author=ANA)
    assert [target.sections for target in list_targets(session, publication)] == [
        (("digest", "Weekly digest"),)
    ]
    with pytest.raises(Refused):
        place_entries(session, ids[1:], issue.id, "watch", author=ANA)


def test_what_cannot_be_placed_gets_a_sentence(
    session: Session, publication: Publication, issue: Issue
) -> None:
    entry = collected(session, publication, 1)
    discarded = collected(session, publication, 2)
    discard_entries(session, publication.id, [discarded.id])
    session.commit()
    wrong: list[tuple[list[int], int, str, type[DomainError]]] = [
        ([entry.id], issue.id, "line", Refused),
        ([entry.id], issue.id, "none", Missing),
        ([entry.id], 999, "digest", Missing),
        ([entry.id, 999], issue.id, "digest", Missing),
        ([], issue.id, "digest", Missing),
        ([discarded.id], issue.id, "digest", Conflict),
    ]
    for ids, issue_id, section, expected in wrong:
        with pytest.raises(expected):
            place_entries(session, ids, issue_id, section, author=ANA)
        session.rollback()
    assert items(session, issue) == []


def test_the_picture_of_a_used_entry_follows_with_its_caption_and_credit(
    session: Session, publication: Publication, issue: Issue, site: Site, fetching: FetchContext
) -> None:
    picture = BytesIO()
    Image.new("RGB", (640, 320), (20, 90, 120)).save(picture, "JPEG")
    site.pages["/ferry.jpg"] = Answer(picture.getvalue(), 200, {"Content-Type": "image/jpeg"})
    site.pages["/ferry"] = article("The ferry is back", image=site.url("/ferry.jpg"))
    [entry] = add_text(session, publication, site.url("/ferry"), via=Via.PASTE, actor=ANA)
    session.commit()
    fetch_all(fetching)
    assert "/ferry.jpg" not in site.requests
    place_entries(session, [entry.id], issue.id, "digest", author=ANA)
    session.commit()
    fetch_all(fetching)
    [item] = items(session, issue)
    assert item.image is not None
    assert item.image.src.startswith("media:")
    assert (item.image.credit, item.image.licence, item.image.width) == ("Ilse Brandt", "", 640)


def test_a_picture_that_cannot_be_had_is_left_out(
    session: Session, publication: Publication, issue: Issue, site: Site, fetching: FetchContext
) -> None:
    site.pages["/no.jpg"] = Answer(b"not a picture", 200, {"Content-Type": "image/jpeg"})
    entries = [
        collected(session, publication, number, image_url=site.url(path))
        for number, path in enumerate(("/no.jpg", "/none.jpg"))
    ]
    place_entries(session, [entry.id for entry in entries], issue.id, "digest", author=ANA)
    session.commit()
    fetch_all(fetching)
    assert {"/no.jpg", "/none.jpg"} <= set(site.requests)
    assert [item.image for item in items(session, issue)] == [None, None]
    for entry in entries:
        session.refresh(entry)
        assert not entry.picture_wanted


def test_an_entry_comes_back_by_hand_and_when_its_issue_is_deleted(
    session: Session, publication: Publication, issue: Issue
) -> None:
    ids = [collected(session, publication, number).id for number in (1, 2)]
    entries = place_entries(session, ids, issue.id, "digest", author=ANA).entries
    restore_entries(session, publication.id, ids[:1])
    assert (entries[0].issue_id, entries[0].state) == (None, EntryState.READY)
    release_entries(session, issue.id)
    delete_draft(session, issue.id, actor=ANA)
    session.commit()
    session.refresh(entries[1])
    assert (entries[1].issue_id, entries[1].state) == (None, EntryState.READY)
