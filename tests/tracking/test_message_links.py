"""What of a mailing's message is counted: which links, for whom, and that the rest stays as it was."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.tracking_tokens import read_link_token, read_reader
from newsletter.mailings.models import StoredMessage
from newsletter.publications.models import TrackingMode
from newsletter.redirects.models import MailingLink
from newsletter.rendering.compile_input import CompileInput, compile_from
from newsletter.tracking.utm import with_utm
from tests.tracking.conftest import URLS, MakeCopies

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_each_link_says_where_it_leads_and_whose_copy_it_is_in(make_copies: MakeCopies) -> None:
    copies = make_copies()
    signer = copies.runtime.links.signer
    for seq in (1, 2):
        parts = [path.removeprefix("/l/").split(".") for path in copies.links(seq)]
        assert [read_link_token(signer, first).target for first, _ in parts] == list(URLS)
        assert {read_reader(signer, copies.mailing_id, reader).seq for _, reader in parts} == {seq}
    canary = read_link_token(signer, copies.canary(1).removeprefix("/l/").split(".")[0])
    assert canary.target == "http://localhost/archive/weekly/"
    html = copies.html(1)
    assert "/u/" in html
    assert html.count("/l/") == len(URLS) + 1
    assert copies.message.compiled.fill_text({}).count("/l/") == len(URLS)


def test_in_aggregate_nobody_is_told_apart(make_copies: MakeCopies) -> None:
    copies = make_copies(TrackingMode.AGGREGATE)
    assert copies.links(1) == copies.links(2)
    assert copies.pixel(1) == copies.pixel(2)
    assert copies.canary(1) == ""
    assert {path.split(".")[1] for path in copies.links(1)} == {"all"}


def test_switched_off_a_message_is_that_of_the_document(make_copies: MakeCopies, session: Session) -> None:
    copies = make_copies(TrackingMode.OFF)
    html = copies.html(1)
    assert "/l/" not in html
    assert "/o/" not in html
    assert all(url.replace("&", "&amp;") in html for url in URLS)
    assert not session.scalars(select(MailingLink)).all()


def test_links_that_are_not_to_be_tracked_lead_straight_there(make_copies: MakeCopies) -> None:
    copies = make_copies(untracked_links="ports.example\nhttps://buy.example/")
    html = copies.html(1)
    assert len(copies.links(1)) == 1
    assert 'href="https://ports.example/a?b=1&amp;c=2"' in html
    assert 'href="https://buy.example/"' in html


def test_a_link_that_its_editor_leaves_out_is_not_counted(make_copies: MakeCopies) -> None:
    sections = [
        {"type": "button", "id": "b", "label": "Buy", "url": URLS[2], "untracked": True},
        {"type": "feature", "id": "f", "headline": "Big", "url": "https://big.example/", "untracked": True},
        {
            "type": "sponsor",
            "id": "s",
            "sponsor": "Ad",
            "headline": "Ad",
            "url": "https://ad.example/",
            "untracked": True,
        },
    ]
    html = (copies := make_copies(sections=sections)).html(1)
    assert len(copies.links(1)) == 2
    assert html.count(f'href="{URLS[2]}"') >= 2  # also where the story has it, without the mark
    assert 'href="https://big.example/"' in html
    assert 'href="https://ad.example/"' in html


def test_they_go_through_the_redirect_uncounted_where_links_can_be_mended(make_copies: MakeCopies) -> None:
    copies = make_copies(untracked_links="buy.example", redirect_links=True)
    dotted = ["." in path.removeprefix("/l/") for path in copies.links(1)]
    assert dotted == [True, True, False]


@pytest.mark.parametrize("mode", [TrackingMode.OFF, TrackingMode.INDIVIDUAL])
def test_utm_parameters_are_added_and_override_nothing(
    make_copies: MakeCopies, session: Session, mode: TrackingMode
) -> None:
    copies = make_copies(mode, utm_parameters=True)
    added = "utm_source=weekly&utm_medium=email&utm_campaign=one"
    if mode is TrackingMode.OFF:
        assert f"https://tide.example/mill?{added}".replace("&", "&amp;") in copies.html(1)
    else:
        targets = session.scalars(select(MailingLink.target).order_by(MailingLink.id)).all()
        assert targets[1] == f"{URLS[1]}&{added}"
    kept = with_utm("https://a.example/?utm_source=theirs&x=#top", "weekly", "one")
    assert kept == "https://a.example/?utm_source=theirs&x=&utm_medium=email&utm_campaign=one#top"


def test_the_message_is_made_again_from_what_was_kept(make_copies: MakeCopies, session: Session) -> None:
    make_copies()
    stored = session.scalars(select(StoredMessage)).one()
    assert compile_from(CompileInput.from_json(stored.made_of)).to_json() == stored.compiled


def test_the_email_as_a_web_page_is_no_recipients_copy(make_copies: MakeCopies) -> None:
    copies = make_copies()
    page = copies.message.compiled.fill_html({})
    reader = page.partition("/l/")[2].partition('"')[0].partition(".")[2]
    assert reader == ""
    assert not read_reader(copies.runtime.links.signer, copies.mailing_id, reader).is_recipient
