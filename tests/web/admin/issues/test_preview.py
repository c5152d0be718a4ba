"""The preview is what is sent: the same renderer, the saved state, framed by us alone."""

import re

import pytest
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.issues.compile import compile_issue
from newsletter.issues.example import example_values
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from newsletter.web.admin.email_preview import in_scheme
from tests.databases import both_databases
from tests.factories import make_subscription
from tests.web.admin.issues.conftest import save_issue
from tests.web.signed_in import SignedIn


def url(issue: Issue, **asked: str) -> str:
    return f"/admin/issues/{issue.id}/preview?" + "&".join(f"{name}={value}" for name, value in asked.items())


def without_links(html: str) -> str:
    return re.sub(r"/[up]/[\w-]+", "/u/x", html)


def test_the_preview_is_what_is_sent(
    editor_client: SignedIn, session: Session, issue: Issue, links: Links
) -> None:
    shown = editor_client.get(url(issue)).text
    compiled = compile_issue(session, find_revision(session, issue), issue.publication, links)
    sent = compiled.fill_html(example_values(issue.publication, links))
    assert without_links(shown) == without_links(in_scheme(sent, "light"))
    text = editor_client.get(url(issue, variant="text")).text
    assert "Eleven thousand books came by" in text


@both_databases
def test_its_links_act_for_nobody(
    editor_client: SignedIn, session: Session, publication: Publication, issue: Issue, links: Links
) -> None:
    make_subscription(session, publication, "ana@readers.example", name="Ana Petrović")
    session.commit()
    shown = editor_client.get(url(issue, **{"as": "ana@readers.example"})).text
    assert "Dear <bdi>Ana</bdi>," in shown
    token = re.search(r"/u/([\w-]+)", shown)
    assert token is not None
    assert links.signer.read(Purpose.UNSUBSCRIBE, token[1]).ids == (0, 0)
    left = editor_client.post(f"/u/{token[1]}")
    assert (left.status_code, "This is a test" in left.text) == (200, True)


def test_only_we_may_frame_it_and_nothing_runs(editor_client: SignedIn, issue: Issue) -> None:
    for variant in ("html", "text", "list", "links", "reading", "size"):
        policy = editor_client.get(url(issue, variant=variant)).headers["Content-Security-Policy"]
        assert policy.startswith("sandbox ")
        assert "allow-scripts" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
    off = editor_client.get(url(issue, images="off")).headers["Content-Security-Policy"]
    assert "img-src 'none'" in off


def test_images_off_leaves_their_words(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    mill = {
        "type": "image",
        "id": "mill",
        "image": {"src": "https://images.example.org/m.jpg", "alt": "A mill"},
    }
    issue = save_issue(session, publication, sections=[mill])
    session.commit()
    assert "images.example.org" in editor_client.get(url(issue)).text
    off = editor_client.get(url(issue, images="off")).text
    assert "images.example.org" not in off
    assert 'alt="A mill"' in off


def test_dark_and_light_do_not_depend_on_this_browser(editor_client: SignedIn, issue: Issue) -> None:
    dark = editor_client.get(url(issue, scheme="dark")).text
    light = editor_client.get(url(issue, scheme="light")).text
    assert "prefers-color-scheme" not in dark + light
    assert "@media (min-width:0px)" in dark
    assert "@media (max-width:0px)" in light
    assert "color-scheme: dark" in dark
    assert "color-scheme: light" in light
    assert 'content="dark"' in dark
    # Words of the issue are never taken for its style.
    said = "(prefers-color-scheme: dark)"
    assert said in in_scheme(f"<style>p{{}}</style><p>{said}</p>", "dark")


def test_the_list_shows_what_three_programs_cut(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    long = "A subject that goes on for much longer than any phone would ever care to show"
    issue = save_issue(session, publication, subject=long, preheader="")
    session.commit()
    shown = editor_client.get(url(issue, variant="list")).text
    assert "The Morning" in shown
    assert "Apple Mail on an iPhone" in shown
    assert "A subject that goes on for much longer than any…" in shown
    assert "no preheader" in shown


@pytest.mark.parametrize(
    ("email", "status"),
    [
        ("nobody@readers.example", 404),
        ("not an address", 400),
        ("a@b\x00.example", 400),
        ("other@readers.example", 404),
    ],
)
def test_somebody_who_does_not_read_it_is_told(
    editor_client: SignedIn, session: Session, issue: Issue, email: str, status: int
) -> None:
    from tests.factories import make_publication

    make_subscription(session, make_publication(session, "elsewhere"), "other@readers.example")
    session.commit()
    answer = editor_client.get(url(issue), query_string={"as": email})
    assert answer.status_code == status
    assert "This cannot be shown" in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


@both_databases
def test_an_issue_that_cannot_be_rendered_says_why_in_the_frame(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    issue = save_issue(
        session,
        publication,
        og_image={"src": "media:0123456789"},
        sections=[{"type": "image", "id": "i", "image": {"src": "media:0123456789", "alt": "A mill"}}],
    )
    session.commit()
    answer = editor_client.get(url(issue))
    assert answer.status_code == 400
    assert "0123456789" in answer.text


def test_it_is_of_an_issue_that_exists(editor_client: SignedIn) -> None:
    assert editor_client.get("/admin/issues/4711/preview").status_code == 404
