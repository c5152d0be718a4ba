"""What else an editor looks at in the preview: links, reading order, sizes."""

import re

import pytest
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from newsletter.redirects.models import MailingLink
from tests.databases import both_databases
from tests.web.admin.issues.conftest import save_issue
from tests.web.signed_in import SignedIn

TWO_LINKS = {
    "type": "links",
    "id": "news",
    "title": "Week <in> short",
    "items": [
        {"headline": "The ferry", "url": "http://ferry.example/timetable", "blurb": "It sails."},
        {"headline": "The mill", "url": "https://mill.example/?to={{ first_name }}", "blurb": "It turns."},
    ],
}


def words_of(page: str) -> str:
    """The words of a page, without its marks and its style."""
    return " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def path(issue: Issue) -> str:
    return f"/admin/issues/{issue.id}/preview"


@pytest.fixture
def linked(session: Session, publication: Publication) -> Issue:
    issue = save_issue(session, publication, sections=[TWO_LINKS])
    session.commit()
    return issue


def test_links_are_listed_with_their_place_and_what_is_to_be_seen(
    editor_client: SignedIn, linked: Issue
) -> None:
    page = " ".join(editor_client.get(f"{path(linked)}?variant=links").text.split())
    assert "http://<b>ferry.example</b>/timetable" in page
    assert 'data-path="sections[0].items[0]" dir="auto">The ferry</a>' in page
    words = words_of(page)
    assert "The ferry http:// ferry.example /timetable The ferry http, not https" in words
    assert "Differs by reader: first_name" in words
    assert "Differs by reader: unsubscribe_url" in words
    assert "Goes through this server" not in words


@both_databases
def test_links_that_will_be_redirected_say_so_and_record_nothing(
    editor_client: SignedIn, session: Session, publication: Publication, linked: Issue
) -> None:
    publication.redirect_links = True
    session.commit()
    words = words_of(editor_client.get(f"{path(linked)}?variant=links").text)
    assert words.count("Goes through this server when sent") == 1  # the other one differs by reader
    assert session.query(MailingLink).count() == 0


def test_the_reading_order_is_said_in_words(editor_client: SignedIn, linked: Issue) -> None:
    words = words_of(editor_client.get(f"{path(linked)}?variant=reading").text)
    assert "Language English (en)" in words
    assert "Heading 2 Week &lt;in&gt; short" in words
    assert words.index("Heading 3 link The ferry") < words.index("Text It sails.") < words.index("The mill")


def test_each_part_has_its_size_and_the_way_to_its_place(
    editor_client: SignedIn, session: Session, publication: Publication, linked: Issue
) -> None:
    page = " ".join(editor_client.get(f"{path(linked)}?variant=size").text.split())
    assert 'data-path="sections[0].items[1]" dir="auto">The mill</a>' in page
    words = words_of(page)
    assert "Review warns at 90 kB and blocks at 100 kB." in words
    shares = [float(share) for share in re.findall(r"([\d.]+)%</td>", page)]
    section, first, second, frame = shares
    assert section + frame == pytest.approx(100, abs=0.11)
    assert first + second <= section
    long = [{"type": "text", "id": f"long-{number}", "text": "word " * 3_900} for number in range(5)]
    large = save_issue(session, publication, slug="large", sections=[TWO_LINKS, *long])
    session.commit()
    words = words_of(editor_client.get(f"{path(large)}?variant=size").text)
    assert "Too large to send: the limit is 100 kB" in words


@pytest.mark.parametrize("variant", ["", "HTML", "nothing", "<b>", "x" * 10_000, "\x00"])
def test_an_unknown_variant_is_refused_with_those_there_are(
    editor_client: SignedIn, issue: Issue, variant: str
) -> None:
    answer = editor_client.get(path(issue), query_string={"variant": variant})
    assert answer.status_code == 400
    assert "Choose one of html, text, list, links, reading, size" in answer.text
    assert "<b>" not in answer.text
    assert len(answer.text) < 10_000
