"""Collecting: links are added, their pages read, and what people write is never overwritten."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Conflict, Refused
from newsletter.curation.add import MOST_AT_ONCE, add_text
from newsletter.curation.discard import discard_entries, restore_entries, snooze_entries
from newsletter.curation.edit import EditedMeanwhile, edit_entry, fill_from_text
from newsletter.curation.facts import entry_facts
from newsletter.curation.fetch import LEASE, MOST_ATTEMPTS, claim_entry
from newsletter.curation.fetch_next import FetchContext
from newsletter.curation.listing import EntryFilter, Shelf, count_shelves, list_entries
from newsletter.curation.models import Entry, EntryState, Origin, Via
from newsletter.curation.retry import retry_entry
from newsletter.pages.page import Trouble
from newsletter.publications.models import Publication
from tests.curation.conftest import ANA, fetch_all
from tests.servers.site import Answer, Site, article, html

HEADLINE = "Ferry line to the northern islands reopens after nine years"


def add(session: Session, publication: Publication, *urls: str) -> list[Entry]:
    entries = add_text(session, publication, "\n".join(urls), via=Via.PASTE, actor=ANA)
    session.commit()
    return entries


def test_a_link_is_a_row_at_once_and_filled_in_by_a_worker(
    session: Session, publication: Publication, site: Site, fetching: FetchContext
) -> None:
    site.pages["/ferry"] = article(HEADLINE)
    [entry] = add(session, publication, site.url("/ferry?utm_source=mail"))
    assert (entry.state, entry.url) == (EntryState.FETCHING, site.url("/ferry?utm_source=mail"))
    assert fetch_all(fetching) == 1
    session.refresh(entry)
    assert entry.state is EntryState.READY
    assert entry.canonical_url == site.url("/ferry")
    facts = entry_facts(session, entry)
    assert facts["headline"] == HEADLINE
    assert facts["outlet"] == "The Harbour Post"
    assert facts["byline"] == "Tomas Arlen"
    assert facts["published"] == "2026-11-27T08:00:00+01:00"
    assert (facts["trouble"], facts["trouble_text"]) == ("none", "")
    assert {"headline", "outlet", "byline", "published", "description"} <= set(facts["from_page"])
    assert "forty passengers" in entry.text


def test_a_link_that_waits_already_is_not_added_again(
    session: Session, publication: Publication, site: Site
) -> None:
    [first] = add(session, publication, site.url("/ferry"))
    again = add(session, publication, site.url("/ferry?fbclid=1"), site.url("/other"), site.url("/ferry"))
    assert again[0].id == first.id
    assert len(again) == 2
    discard_entries(session, publication.id, [first.id])
    session.commit()
    [new] = add(session, publication, site.url("/ferry"))
    assert new.id != first.id


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is no link"),
        ("javascript:alert(1) data:text/html,hello mailto:a@b.example", "There is no link"),
        ("\n".join(f"https://a.example/{n}" for n in range(MOST_AT_ONCE + 1)), "Add at most 500"),
        ("x" * 1_000_001, "too long"),
    ],
)
def test_a_text_that_cannot_be_added_gets_a_sentence(
    session: Session, publication: Publication, text: str, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        add_text(session, publication, text, via=Via.PASTE, actor=ANA)


TROUBLES = {
    "/missing": (html("<h1>Not here</h1>", 404), Trouble.MISSING),
    "/refused": (html("<h1>Forbidden</h1>", 403), Trouble.REFUSED),
    "/broken": (html("<h1>Oh</h1>", 500), Trouble.UNREACHABLE),
    "/program": (Answer(b"\x7fELF", 200, {"Content-Type": "application/octet-stream"}), Trouble.NOT_HTML),
    "/circle": (Answer(b"", 302, {"Location": "/circle"}), Trouble.REDIRECTS),
    "/inside": (Answer(b"", 302, {"Location": "http://127.0.0.2/"}), Trouble.PRIVATE),
}


def test_pages_that_do_not_answer_well_stay_with_a_sentence_and_what_the_address_tells(
    session: Session, publication: Publication, site: Site, fetching: FetchContext
) -> None:
    for path, (answer, _trouble) in TROUBLES.items():
        site.pages[f"{path}/2026/11/27/ferry-line-reopens-at-last"] = answer
    site.pages["/circle/2026/11/27/ferry-line-reopens-at-last"] = Answer(
        b"", 302, {"Location": "/circle/2026/11/27/ferry-line-reopens-at-last"}
    )
    entries = add(
        session,
        publication,
        *(site.url(f"{path}/2026/11/27/ferry-line-reopens-at-last") for path in TROUBLES),
    )
    fetch_all(fetching)
    for entry, (_answer, trouble) in zip(entries, TROUBLES.values(), strict=True):
        session.refresh(entry)
        assert (entry.state, entry.trouble) == (EntryState.TROUBLE, trouble), entry.url
        facts = entry_facts(session, entry)
        assert facts["trouble_text"].endswith(".")
        assert (facts["headline"], facts["published"]) == ("Ferry line reopens at last", "2026-11-27")
        assert facts["from_page"] == []
        assert entry.origins["headline"] == Origin.ADDRESS


def test_a_private_address_is_never_asked(
    session: Session, publication: Publication, fetching: FetchContext
) -> None:
    with Site() as inside:
        [entry] = add(session, publication, inside.url("/"))
        fetch_all(fetching)
        assert inside.requests == []
    session.refresh(entry)
    assert entry.trouble is Trouble.PRIVATE


def test_what_a_person_wrote_or_emptied_survives_a_refetch(
    session: Session, publication: Publication, site: Site, fetching: FetchContext
) -> None:
    site.pages["/ferry"] = article(HEADLINE)
    [entry] = add(session, publication, site.url("/ferry"))
    fetch_all(fetching)
    session.refresh(entry)
    edit_entry(session, entry.id, {"headline": "Ours", "byline": "", "tags": "Sea, sea , Islands"}, edits=0)
    retry_entry(session, entry.id)
    session.commit()
    site.pages["/ferry"] = article("Theirs, changed", outlet="The Harbour Times")
    fetch_all(fetching)
    session.refresh(entry)
    assert (entry.headline, entry.byline, entry.outlet) == ("Ours", "", "The Harbour Times")
    assert not {"headline", "byline"} & set(entry_facts(session, entry)["from_page"])
    assert [row.tag for row in entry.tags] == ["islands", "sea"]


def test_a_refetch_that_fails_keeps_what_there_was(
    session: Session, publication: Publication, site: Site, fetching: FetchContext
) -> None:
    site.pages["/ferry"] = article(HEADLINE)
    [entry] = add(session, publication, site.url("/ferry"))
    fetch_all(fetching)
    site.pages.clear()
    retry_entry(session, entry.id)
    session.commit()
    fetch_all(fetching)
    session.refresh(entry)
    assert (entry.state, entry.trouble, entry.headline) == (EntryState.TROUBLE, Trouble.MISSING, HEADLINE)


def test_two_editors_of_one_entry_do_not_overwrite_each_other(
    session: Session, publication: Publication
) -> None:
    [entry] = add(session, publication, "https://post.example/ferry")
    edit_entry(session, entry.id, {"headline": "Ana’s"}, edits=0)
    with pytest.raises(EditedMeanwhile):
        edit_entry(session, entry.id, {"headline": "Bea’s"}, edits=0)
    assert entry.headline == "Ana’s"
    with pytest.raises(Refused) as refused:
        edit_entry(session, entry.id, {"published": "yesterday", "image_url": "javascript:x"}, edits=1)
    assert set(refused.value.fields) == {"published", "image_url"}


def test_the_text_of_a_page_can_be_pasted(session: Session, publication: Publication) -> None:
    [entry] = add(session, publication, "https://post.example/ferry")
    fill_from_text(session, entry.id, f"{HEADLINE}\nBy Tomas Arlen\n27 November 2026\nThe first boat left.")
    assert (entry.state, entry.headline, entry.byline) == (EntryState.READY, HEADLINE, "Tomas Arlen")
    assert entry.published == "2026-11-27"
    with pytest.raises(Refused):
        fill_from_text(session, entry.id, " ")


def test_a_worker_that_died_leaves_its_entry_to_another_and_a_deadly_page_is_given_up(
    session: Session, publication: Publication, site: Site, fetching: FetchContext
) -> None:
    [entry] = add(session, publication, site.url("/ferry"))
    now = clock.now()
    for attempt in range(MOST_ATTEMPTS):
        with time_machine.travel(now + attempt * (LEASE + timedelta(seconds=1)), tick=False):
            claimed = claim_entry(session)
            assert claimed is not None
            assert claimed.id == entry.id
            assert claim_entry(session) is None
            session.commit()
    with time_machine.travel(now + MOST_ATTEMPTS * (LEASE + timedelta(seconds=1)), tick=False):
        assert fetch_all(fetching) == 1
    session.refresh(entry)
    assert (entry.state, entry.trouble) == (EntryState.TROUBLE, Trouble.UNREACHABLE)
    assert site.requests == []


def test_the_shelves_filters_and_undo(session: Session, publication: Publication) -> None:
    entries = add(session, publication, *(f"https://post.example/{n}" for n in range(4)))
    first, second, third, fourth = (entry.id for entry in entries)
    edit_entry(session, first, {"headline": "100% ferry", "outlet": "Post", "tags": "sea"}, edits=0)
    snooze_entries(session, publication.id, [second], clock.now() + timedelta(days=1))
    discard_entries(session, publication.id, [third])
    session.commit()

    def ids(**wanted: object) -> list[int]:
        found = list_entries(session, publication.id, EntryFilter(**wanted))  # type: ignore[arg-type]
        return [entry.id for entry in found.entries]

    assert ids(shelf=Shelf.NEW) == [fourth, first]
    assert ids(shelf=Shelf.SNOOZED) == [second]
    assert ids(shelf=Shelf.DISCARDED) == [third]
    assert ids(words="FERRY 100%") == ids(outlet="Post") == ids(tag="sea") == [first]
    assert ids(words="100_") == []
    counted = count_shelves(session, publication.id)
    assert [counted[shelf] for shelf in Shelf] == [2, 1, 0, 1]
    assert [entry.id for entry in restore_entries(session, publication.id, [third, fourth])] == [third]
    snooze_entries(session, publication.id, [second], None)
    assert ids(shelf=Shelf.NEW) == [fourth, third, second, first]
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        assert ids(shelf=Shelf.SNOOZED) == []


def test_the_list_is_paged_both_ways(session: Session, publication: Publication) -> None:
    ids = [entry.id for entry in add(session, publication, *(f"https://post.example/{n}" for n in range(5)))]
    wanted = EntryFilter(shelf=Shelf.NEW)
    page = list_entries(session, publication.id, wanted, most=2)
    assert ([entry.id for entry in page.entries], page.newer, page.older) == ([ids[4], ids[3]], False, True)
    page = list_entries(session, publication.id, wanted, older_than=ids[3], most=2)
    assert ([entry.id for entry in page.entries], page.newer, page.older) == ([ids[2], ids[1]], True, True)
    page = list_entries(session, publication.id, wanted, newer_than=ids[2], most=2)
    assert ([entry.id for entry in page.entries], page.newer, page.older) == ([ids[4], ids[3]], False, True)


def test_used_entries_are_not_fetched_again(session: Session, publication: Publication) -> None:
    [entry] = add(session, publication, "https://post.example/ferry")
    discard_entries(session, publication.id, [entry.id])
    with pytest.raises(Conflict):
        retry_entry(session, entry.id)


def test_the_same_story_is_recognised(session: Session, publication: Publication) -> None:
    [first] = add(session, publication, "https://post.example/ferry")
    edit_entry(session, first.id, {"headline": HEADLINE, "outlet": "The Harbour Post"}, edits=0)
    [second] = add(session, publication, "https://courier.example/2026/ferry")
    edit_entry(session, second.id, {"headline": f"{HEADLINE}!", "outlet": "The Courier"}, edits=0)
    from newsletter.curation.seen import seen_elsewhere

    seen = seen_elsewhere(session, [first, second])
    assert seen[first.id].outlets == ("The Courier",)
    assert seen[second.id].outlets == ("The Harbour Post",)
