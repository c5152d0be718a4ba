"""The archive: pages for people, a feed and a site map for programs, and the email itself."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.paths import templates_dir
from newsletter.document import Document
from newsletter.document.blocks import BLOCKS
from newsletter.document.image import Image as ImageField
from newsletter.document.item import Item
from newsletter.document.visibility import Visibility
from newsletter.issues.compile import compile_issue
from newsletter.issues.save import save_document
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.media.files import MediaFiles
from newsletter.media.store import store_image
from newsletter.publications.models import Publication
from newsletter.settings import Settings
from newsletter.web.headers import CONTENT_SECURITY_POLICY, EMAIL_CONTENT_SECURITY_POLICY
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.public.published import FRIDAY, found, page, publish

BLOCK_TEMPLATES = templates_dir() / "public" / "archive" / "blocks"


def test_every_block_has_its_web_template() -> None:
    assert {path.stem for path in BLOCK_TEMPLATES.glob("*.html")} == set(BLOCKS.keys())


@pytest.mark.parametrize("key", BLOCKS.keys())
def test_a_block_is_a_part_of_a_web_page(
    client: FlaskClient, session: Session, weekly: Publication, key: str
) -> None:
    section = BLOCKS[key].example()
    publish(session, weekly, sections=(section,))
    article = found(page(client, "/archive/weekly/one"), "//article[@class='issue']")[0]
    source = etree.tostring(article, encoding="unicode")
    for unwanted in ("<table", "style=", "bgcolor", "<script", "{{", "}}", "onclick"):
        assert unwanted not in source
    said = " ".join(article.text_content().split())
    for words in (section.title, getattr(section, "headline", ""), getattr(section, "label", "")):
        assert words in said
    headings = [int(heading.tag[1]) for heading in article.iter("h1", "h2", "h3", "h4")]
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    ids = found(article, ".//@id")
    assert len(ids) == len(set(ids))
    assert set(found(article, ".//@aria-labelledby")) <= set(ids)


def test_headings_follow_when_sections_have_no_title(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    untitled = tuple(block.example().model_copy(update={"title": ""}) for block in BLOCKS)
    publish(session, weekly, sections=untitled)
    article = found(page(client, "/archive/weekly/one"), "//article[@class='issue']")[0]
    assert {heading.tag for heading in article.iter("h1", "h2", "h3")} == {"h1", "h2"}


def test_the_contents_and_the_reading_time_are_shown_where_the_look_asks_for_them(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    examples = [block.example() for block in BLOCKS]
    sections = tuple(
        example.model_copy(update={"title": ""} if example.type in {"latest", "links", "feature"} else {})
        for example in examples
    )
    publish(session, weekly, sections=sections)
    plain = page(client, "/archive/weekly/one")
    assert found(plain, "//article//nav") == []
    assert "min read" not in plain.text_content()
    weekly.theme_tokens = {"contents": "list", "reading_time": "yes"}
    session.commit()
    shown = page(client, "/archive/weekly/one")
    (contents,) = found(shown, "//article[@class='issue']//nav")
    assert found(contents, ".//h2/text()") == ["In this issue"]
    goals = {
        link.text: shown.get_element_by_id(link.get("href")[1:]).text_content()
        for link in found(contents, ".//a")
    }
    assert len(goals) > len(BLOCKS) - 2  # the divider is none, the untitled ones have their stories
    assert all(title in goal for title, goal in goals.items())
    assert len(found(shown, "//@id")) == len(set(found(shown, "//@id")))
    assert "min read" in found(shown, "//p[@class='folio']")[0].text_content()


def test_all_the_latest_are_there_in_full_with_their_defaults(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    latest = BLOCKS["latest"].example()
    long = 'Dear {{ first_name | default: "reader" }}, ' + "one sentence after another. " * 40
    items = (*latest.items, Item(headline="The last one", url="https://example.org/last", blurb=long))
    publish(session, weekly, sections=(latest.model_copy(update={"items": items, "limit": 1}),))
    said = page(client, "/archive/weekly/one").text_content()
    for item in items:
        assert item.headline in said
    assert "Dear reader, " + "one sentence after another. " * 39 in said
    assert "continue reading" not in said


@both_databases
def test_links_of_the_email_into_the_page_arrive(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly, sections=(BLOCKS["latest"].example(),))
    email = client.get("/archive/weekly/one/email").text
    anchor = re.search(r"/archive/weekly/one#([\w-]+)", email)
    assert anchor
    assert found(page(client, "/archive/weekly/one"), f"//*[@id='{anchor[1]}']")


def test_an_uploaded_picture_is_shown_from_here_with_its_words(
    client: FlaskClient, session: Session, settings: Settings, weekly: Publication
) -> None:
    file = BytesIO()
    Image.new("RGB", (1600, 800), (10, 90, 120)).save(file, "jpeg")
    row = store_image(
        session, MediaFiles(settings.media_dir), file.getvalue(), alt="The sea", credit="Ilse", licence="CC0"
    )
    image = ImageField(src=f"media:{row.key}", caption="In March.")
    sections = (BLOCKS["image"].example().model_copy(update={"image": image}),)
    publish(session, weekly, sections=sections, og_image=ImageField(src=image.src, alt="A mill"))
    shown = page(client, "/archive/weekly/one")
    picture = found(shown, "//figure//img")[0]
    assert picture.get("src") == f"/media/{row.key}/1200.jpg"
    assert f"/media/{row.key}/600.jpg 600w" in picture.get("srcset")
    assert (picture.get("alt"), picture.get("width"), picture.get("height")) == ("The sea", "1200", "600")
    caption = " ".join(found(shown, "//figcaption")[0].text_content().split())
    assert caption == "In March. Ilse · CC0"
    assert client.get(picture.get("src")).status_code == 200
    assert found(shown, "//meta[@property='og:image']/@content") == [
        f"http://localhost/media/{row.key}/1200.jpg"
    ]
    assert found(page(client, "/archive/weekly/"), "//img/@src") == [f"/media/{row.key}/1200.jpg"]


def test_pictures_from_elsewhere_are_allowed_only_where_they_are(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly, "plain", sections=(BLOCKS["text"].example(),))
    publish(session, weekly, "foreign", sections=(BLOCKS["image"].example(),))
    assert client.get("/archive/weekly/plain").headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    foreign = client.get("/archive/weekly/foreign").headers["Content-Security-Policy"]
    assert "img-src 'self' https: data:" in foreign
    assert "script-src 'self'" in foreign


def test_what_only_some_readers_get_is_not_for_everybody(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    hidden = BLOCKS["text"].example().model_copy(update={"visibility": Visibility(topics=("boats",))})
    publish(session, weekly, sections=(BLOCKS["notice"].example(), hidden))
    assert found(page(client, "/archive/weekly/one"), f"//section[@id='{hidden.id}']") == []


def test_the_day_is_the_publications(client: FlaskClient, session: Session, weekly: Publication) -> None:
    publish(
        session, weekly, at=datetime(2026, 5, 14, 22, 30, tzinfo=UTC), sections=(BLOCKS["text"].example(),)
    )
    assert "15 May 2026" in page(client, "/archive/weekly/one").text_content()


def test_an_issue_in_another_language_says_so(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly, language="ar", sections=(BLOCKS["text"].example(),))
    shown = page(client, "/archive/weekly/one")
    assert found(shown, "//html/@lang") == ["en"]
    assert found(shown, "//article[@class='issue']/@lang") == ["ar"]
    assert found(shown, "//article[@class='issue']/@dir") == ["rtl"]


def test_the_list_is_newest_first_and_leads_somewhere(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    for number in range(23):
        publish(session, weekly, f"n{number}", FRIDAY + timedelta(days=7 * number))
    first, second = page(client, "/archive/weekly/"), page(client, "/archive/weekly/?page=2")
    links = [*found(first, "//h2/a/@href"), *found(first, "//h3/a/@href"), *found(second, "//ol//h2/a/@href")]
    assert links == [f"/archive/weekly/n{number}" for number in reversed(range(23))]
    assert found(first, "//a[@rel='next']/@href") == ["/archive/weekly/?page=2"]
    assert found(first, "//a[@rel='prev']") == []
    assert found(second, "//a[@rel='prev']/@href") == ["/archive/weekly/"]
    assert found(second, "//link[@rel='canonical']/@href") == ["http://localhost/archive/weekly/?page=2"]
    assert found(first, "//aside//a/@href") == ["/subscribe/weekly"]


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "1.0", "٢", "99999999999999999999", ""])
def test_pages_that_are_not_there_are_404(
    client: FlaskClient, session: Session, weekly: Publication, number: str
) -> None:
    publish(session, weekly)
    assert client.get(f"/archive/weekly/?page={number}").status_code == 404


def test_issues_know_their_neighbours(client: FlaskClient, session: Session, weekly: Publication) -> None:
    for number in range(3):
        publish(session, weekly, f"n{number}", FRIDAY + timedelta(days=7 * number))
    save_document(session, weekly, Document(title="A draft", slug="draft"))
    session.commit()
    shown = page(client, "/archive/weekly/n1")
    assert found(shown, "//a[@rel='prev']/@href") == ["/archive/weekly/n0"]
    assert found(shown, "//a[@rel='next']/@href") == ["/archive/weekly/n2"]
    assert found(page(client, "/archive/weekly/n2"), "//a[@rel='next']") == []


def test_an_empty_archive_invites(client: FlaskClient, weekly: Publication) -> None:
    shown = page(client, "/archive/weekly/")
    assert "Nothing has been published yet" in shown.text_content()
    assert found(shown, "//aside//a/@href") == ["/subscribe/weekly"]


@pytest.mark.parametrize("end", ["", "/email"])
def test_drafts_and_unknown_issues_are_404(
    client: FlaskClient, session: Session, weekly: Publication, end: str
) -> None:
    save_document(session, weekly, Document(title="A draft", slug="draft"))
    publish(session, make_publication(session, "other"), "elsewhere")
    for slug in ("draft", "nothing", "elsewhere", "a%00b", "x" * 500):
        assert client.get(f"/archive/weekly/{slug}{end}").status_code == 404
    assert client.get("/archive/nowhere/").status_code == 404
    assert client.get("/archive/nowhere/feed.atom").status_code == 404


@both_databases
def test_edits_after_publishing_wait(client: FlaskClient, session: Session, weekly: Publication) -> None:
    publish(session, weekly, title="As it was")
    save_document(session, weekly, Document(title="As it may be", slug="one"))
    session.commit()
    for path in ("/archive/weekly/one", "/archive/weekly/", "/archive/weekly/feed.atom"):
        shown = client.get(path).text
        assert "As it was" in shown
        assert "As it may be" not in shown


@both_databases
def test_the_email_is_shown_as_it_was_sent(
    client: FlaskClient, session: Session, weekly: Publication, links: Links
) -> None:
    issue = publish(session, weekly, sections=(BLOCKS["text"].example(),))
    before = client.get("/archive/weekly/one/email")
    assert "Dear <bdi>reader</bdi>," in before.text
    revision = issue.revisions[0]
    mailing = Mailing(
        publication_id=weekly.id, issue_id=issue.id, revision_id=revision.id, scheduled_at=FRIDAY
    )
    session.add(mailing)
    session.flush()
    compiled = compile_issue(session, revision, weekly, links, mailing_id=mailing.id)
    stored = compiled.to_json().replace("a week of", "a WEEK, as sent, of")
    session.add(StoredMessage(mailing_id=mailing.id, variant="", compiled=stored))
    session.commit()
    answer = client.get("/archive/weekly/one/email")
    assert "a WEEK, as sent, of" in answer.text
    assert answer.headers["Content-Security-Policy"] == EMAIL_CONTENT_SECURITY_POLICY
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Link"] == '<http://localhost/archive/weekly/one>; rel="canonical"'
    assert "/u/" not in answer.text
    assert "/p/" not in answer.text


def test_nothing_here_sets_a_cookie_or_changes_anything(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly, sections=(BLOCKS["text"].example(),))
    for path in ("/", "/one", "/one/email", "/feed.atom"):
        answer = client.get(f"/archive/weekly{path}")
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public, max-age=")
        again = client.get(f"/archive/weekly{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert client.post(f"/archive/weekly{path}").status_code == 405
