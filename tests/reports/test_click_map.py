"""The click map: clicks behind the links of the email as it was sent, and nothing counted by a look at it."""

import json

import pytest
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.mailings.models import MailingVariant, StoredMessage
from newsletter.publications.models import TrackingMode
from newsletter.rendering.preview.marked_links import LinkLabel, mark_links
from newsletter.reports.click_map import ClickMap, MappedLink, MappedVariant, click_map
from newsletter.reports.rate import Rate
from tests.reports.conftest import follow_link
from tests.tracking.conftest import URLS, Copies, MakeCopies, make_copies

__all__ = ["make_copies"]


def made(session: Session, copies: Copies) -> ClickMap:
    found = click_map(session, copies.mailing_id, copies.runtime.links)
    assert found is not None
    return found


@pytest.mark.parametrize("mode", [TrackingMode.INDIVIDUAL, TrackingMode.AGGREGATE])
def test_each_link_has_its_clicks_and_leads_straight_to_its_page(
    session: Session, make_copies: MakeCopies, mode: TrackingMode
) -> None:
    copies = make_copies(mode)
    follow_link(session, copies.mailing_id, URLS[0], 90)
    follow_link(session, copies.mailing_id, URLS[1], 30)
    mapped = made(session, copies)
    assert [(link.url, link.clicks) for link in mapped.links] == [
        (URLS[0], Rate(90, 120)),
        (URLS[1], Rate(30, 120)),
        (URLS[2], Rate(0, 120)),
    ]
    assert all(link.name for link in mapped.links)
    html = mapped.marked(lambda link: (f"<{link.clicks.count}>", f"{link.clicks.count} clicks"))
    for n in (90, 30, 0):
        assert f"&lt;{n}&gt;" in html
        assert f"({n} clicks)" in html
    assert f'href="{URLS[0]}"' in html
    # Nothing of it would be counted: no redirect, no pixel, no canary link; and nobody is unsubscribed.
    for counted in ("/l/", "/o/", 'aria-hidden="true" tabindex="-1"', "/u/"):
        assert counted not in html
    assert "<script" not in html


def test_links_that_are_not_counted_have_no_number(session: Session, make_copies: MakeCopies) -> None:
    copies = make_copies(untracked_links="buy.example", redirect_links=True)
    mapped = made(session, copies)
    assert [link.url for link in mapped.links] == list(URLS[:2])
    html = mapped.marked(lambda link: (link.url.upper(), ""))
    assert "HTTPS://BUY.EXAMPLE/" not in html
    assert "/l/" not in html
    assert f'href="{URLS[2]}"' in html


def test_without_counted_links_or_a_message_there_is_none(session: Session, make_copies: MakeCopies) -> None:
    copies = make_copies(TrackingMode.OFF)
    assert made(session, copies).links == []
    with pytest.raises(Missing):
        click_map(session, 10**9, copies.runtime.links)
    session.delete(session.get_one(StoredMessage, (copies.mailing_id, "")))
    session.commit()
    assert click_map(session, copies.mailing_id, copies.runtime.links) is None


def test_readers_of_some_sections_have_a_message_of_their_own(
    session: Session, make_copies: MakeCopies
) -> None:
    copies = make_copies()
    own = session.get_one(StoredMessage, (copies.mailing_id, ""))
    shorter = json.loads(own.compiled)
    token = next(part for part in shorter["html"] if isinstance(part, str) and "/l/" in part)
    address = token[token.rindex('href="') :].removeprefix('href="').split('"')[0]
    shorter["html"] = [f'<p><a href="{address}">Only this</a></p>']
    session.add(StoredMessage(mailing_id=copies.mailing_id, variant="3", compiled=json.dumps(shorter)))
    for number, members in ((0, 7), (3, 40)):
        session.add(MailingVariant(mailing_id=copies.mailing_id, number=number, members=members))
    session.commit()
    mapped = made(session, copies)
    assert mapped.variants == [MappedVariant("3", 40), MappedVariant("", 7)]
    assert [link.url for link in mapped.links] == list(URLS)
    assert "Only this" in mapped.marked(lambda _link: ("1", ""), "3")
    assert mapped.marked(lambda _link: ("1", ""), "99") == mapped.marked(lambda _link: ("1", ""))


def test_what_no_key_of_ours_signed_is_left_alone(session: Session, make_copies: MakeCopies) -> None:
    copies = make_copies()
    row = session.get_one(StoredMessage, (copies.mailing_id, ""))
    document = json.loads(row.compiled)
    base = copies.runtime.links.public_url
    html = (
        f'<p><img src="{base}/media/a/1.jpg"><img src="https://p.example/media/b.jpg">'
        f'<a href="{base}/l/forged.">One</a> <a href="{base}/l/forged">Two</a></p>'
    )
    document["html"] = [html]
    row.compiled = json.dumps(document)
    session.commit()
    mapped = made(session, copies)
    assert mapped.links == []
    marked = mapped.marked(lambda _link: ("1", "one"))
    assert f'href="{base}/l/forged"' in marked
    # Our pictures are found on whichever name the admin is opened under.
    assert 'src="/media/a/1.jpg"' in marked
    assert 'src="https://p.example/media/b.jpg"' in marked


def test_words_around_what_is_taken_out_stay() -> None:
    html = '<p>one <img src="x"> two <a href="y">three</a> four</p><area href="z">'

    def label_of(url: str) -> LinkLabel | None:
        return LinkLabel("https://to.example/", "12", "twelve", strong=True) if url == "y" else None

    marked = mark_links(html, label_of, lambda url: url == "x")
    assert "one  two" in marked.html
    assert marked.names == {"y": "three", "z": ""}
    assert 'href="https://to.example/" target="_blank" rel="noreferrer">three<span' in marked.html


def test_the_links_with_the_most_clicks_are_drawn_strong(session: Session, make_copies: MakeCopies) -> None:
    copies = make_copies()

    def strong() -> int:
        def words(_link: MappedLink) -> tuple[str, str]:
            return "n", ""

        return made(session, copies).marked(words).count("background:#8f1d0c")

    assert strong() == 0
    follow_link(session, copies.mailing_id, URLS[0], 4)
    follow_link(session, copies.mailing_id, URLS[1], 2)
    follow_link(session, copies.mailing_id, URLS[2], 1)
    assert strong() == 2
