"""The links of a mailing through our redirect: which ones, and that the message can still be made again."""

import json
import re
from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.bundles.verify import verify_bundle
from newsletter.bundles.write import write_bundle
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.document import loads
from newsletter.issues.compile import compile_issue
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.mailings.models import StoredMessage
from newsletter.media.files import MediaFiles
from newsletter.redirects.models import MailingLink
from newsletter.rendering.message import CompiledMessage
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from tests.factories import make_publication, make_readers

# What stands in a message does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HREF = re.compile(r'href="([^"#]+)"')
IN_TEXT = re.compile(r"https?://[^\s)>]+[^\s)>.,]")
PORTS = "https://ports.example/a?b=1&c=2"
UMLAUT = "https://blätter.example/über"
ENCODED = "https://xn--bltter-cua.example/%C3%BCber"
FOREIGN = [
    *("https://tide.example/mill", PORTS, ENCODED, "https://quotes.example/in-text", "https://x.com/mira"),
    *("https://social.example/1", "https://buy.example/"),
]


def sections(links: Links) -> list[dict[str, object]]:
    text = (
        f"The [mill]({FOREIGN[0]}), [{UMLAUT}]({UMLAUT}), [us](mailto:us@weekly.example), "
        f"[our page]({links.public_url}/archive/weekly/zero) and "
        "[you](https://you.example/?n={{ first_name }})."
    )
    quote = {"author": "Mira", "handle": "@mira", "network": "X", "permalink": FOREIGN[5]}
    story = {"headline": "Ports", "url": PORTS, "blurb": f"More at [the mill]({FOREIGN[0]}) of old."}
    return [
        {"type": "text", "id": "text", "text": text},
        {"type": "links", "id": "links", "items": [story, {"headline": "Papers", "url": UMLAUT}]},
        {"type": "quotes", "id": "quotes", "items": [quote | {"text": f"See {FOREIGN[3]}."}]},
        {"type": "button", "id": "buy", "label": "Buy", "url": FOREIGN[6]},
    ]


@pytest.fixture
def issue(session: Session, links: Links) -> Issue:
    publication = make_publication(session)
    publication.redirect_links = True
    make_readers(session, publication, 2)
    document = {
        "title": "One",
        "subject": "What happened",
        "preheader": "Three stories of this week.",
        "slug": "one",
        "sections": sections(links),
    }
    saved = save_document(session, publication, loads(json.dumps(document)), author="test")
    session.commit()
    return saved.issue


def freeze_mailing(session: Session, runtime: Runtime, issue: Issue) -> StoredMessage:
    mailing = schedule(session, issue, None, runtime.links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, runtime.links)
    return session.scalars(select(StoredMessage)).one()


def lead_to(session: Session, links: Links, urls: list[str]) -> list[str]:
    """`urls` with each redirect link replaced by its target."""
    led: list[str] = []
    for url in urls:
        before, _, token = url.partition(f"{links.public_url}/l/")
        link = None if before or not token else links.signer.read(Purpose.REDIRECT, token).ids[0]
        led.append(url if link is None else f"→ {session.get_one(MailingLink, link).target}")
    return led


def test_foreign_links_of_both_parts_go_through_the_redirect_and_no_others(
    session: Session, runtime: Runtime, issue: Issue
) -> None:
    links = runtime.links
    compiled = CompiledMessage.from_json(freeze_mailing(session, runtime, issue).compiled)
    values = {"unsubscribe_url": "https://news.example/u/1", "preferences_url": "https://news.example/p/1"}
    in_html = lead_to(session, links, [unescape(url) for url in HREF.findall(compiled.fill_html(values))])
    in_text = lead_to(session, links, IN_TEXT.findall(compiled.fill_text(values)))
    rows = list(session.scalars(select(MailingLink).order_by(MailingLink.id)))
    assert sorted(row.url for row in rows) == sorted(FOREIGN)
    assert {url for url in in_html if url.startswith("→")} == {f"→ {url}" for url in FOREIGN}
    # The address of a handle is only in the HTML; a bare one in a quotation is in both.
    assert {url for url in in_text if url.startswith("→")} == {f"→ {url}" for url in FOREIGN} - {
        "→ https://x.com/mira"
    }
    own = {
        *(f"{links.public_url}/archive/weekly/{page}" for page in ("", "zero", "one", "one/email")),
        *(*values.values(), f"{links.public_url}/subscribe/weekly", "mailto:us@weekly.example"),
    }
    plain = {url for url in in_html if not url.startswith("→")}
    assert plain == own | {"https://you.example/?n="}
    assert not [url for url in in_text if "blätter" in url]


def test_the_message_is_made_again_from_what_was_kept(
    session: Session, runtime: Runtime, issue: Issue
) -> None:
    stored = freeze_mailing(session, runtime, issue)
    issue.publication.redirect_links = False
    session.query(MailingLink).update({"target": "https://elsewhere.example/"})
    session.commit()
    bundle = write_bundle(session, issue.id, runtime.links, MediaFiles(runtime.settings.media_dir))
    assert "/l/" in stored.compiled
    assert verify_bundle(bundle).identical


def test_previews_and_what_is_not_asked_for_keep_the_plain_links(
    session: Session, runtime: Runtime, issue: Issue
) -> None:
    preview = compile_issue(session, find_revision(session, issue), issue.publication, runtime.links)
    assert "/l/" not in preview.to_json()
    issue.publication.redirect_links = False
    assert "/l/" not in freeze_mailing(session, runtime, issue).compiled
    assert not session.scalars(select(MailingLink)).all()
