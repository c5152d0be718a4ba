"""Readers' pages: rendered once for each state of what they are made of, never older than a commit."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.document.blocks import BLOCKS
from newsletter.document.image import Image as ImageField
from newsletter.issues.compile import compile_issue
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.media.files import MediaFiles
from newsletter.media.store import store_image
from newsletter.publications.models import Publication
from newsletter.settings import Settings
from newsletter.web import kept_answers
from newsletter.web.page_cache import EXTENSION, KeptPage, Page, PageCache, media_keys
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.public.conftest import STAMP
from tests.web.public.published import FRIDAY, publish

INDEX, ONE, EMAIL, FEED = (
    "/archive/weekly/",
    "/archive/weekly/one",
    "/archive/weekly/one/email",
    "/archive/weekly/feed.atom",
)
SIGN_UP, STYLE = "/subscribe/weekly", "/style/weekly.css"
PAGES = (INDEX, ONE, EMAIL, FEED, SIGN_UP)


@contextmanager
def rendered_templates(app: Flask) -> Iterator[list[str | None]]:
    """The names of the templates that `app` renders for a page while the block runs."""
    names: list[str | None] = []

    def note(_app: Flask, template: Template, **_more: object) -> None:
        names.append(template.name)

    with template_rendered.connected_to(note, app):
        yield names


def of_another_process(app: Flask, client: FlaskClient, path: str) -> TestResponse:
    """What a process answers that has kept nothing yet."""
    app.extensions[EXTENSION] = PageCache()
    app.extensions[kept_answers.EXTENSION] = kept_answers.KeptAnswers()
    return client.get(path)


def picture(width: int = 40) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, 20), (10, 90, 120)).save(file, "png")
    return file.getvalue()


@pytest.mark.parametrize("path", [INDEX, ONE, FEED, SIGN_UP])
def test_a_page_is_rendered_once(
    app: Flask, client: FlaskClient, session: Session, weekly: Publication, path: str
) -> None:
    publish(session, weekly, sections=(BLOCKS["text"].example(),))
    with rendered_templates(app) as names:
        answers = [client.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len(names) == 1


def rename(session: Session, weekly: Publication, _settings: Settings) -> None:
    weekly.name = "The Fortnightly"


def change_theme(session: Session, weekly: Publication, _settings: Settings) -> None:
    weekly.theme_tokens = {"headline_font": "Georgia, serif"}


def give_logo(session: Session, weekly: Publication, settings: Settings) -> None:
    weekly.logo = store_image(session, MediaFiles(settings.media_dir), picture()).key


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("change", [rename, change_theme, give_logo])
def test_a_change_of_the_publication_is_there_at_once(
    app: Flask,
    client: FlaskClient,
    session: Session,
    settings: Settings,
    weekly: Publication,
    change: Callable[[Session, Publication, Settings], None],
    path: str,
) -> None:
    publish(session, weekly, sections=(BLOCKS["text"].example(),))
    before = client.get(path)
    change(session, weekly, settings)
    session.commit()
    after = client.get(path, headers={"If-None-Match": before.headers.get("ETag", "")})
    fresh = of_another_process(app, client, path)
    assert after.status_code == 200 if fresh.text != before.text else 304
    if path != SIGN_UP:  # which says when it was shown
        assert (after.text or before.text) == fresh.text
    assert ("The Fortnightly" in (after.text or before.text)) == (change is rename)


def test_a_style_sheet_follows_its_colours(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    first = client.get(STYLE)
    weekly.theme_tokens = {"accent": "#103060"}
    session.commit()
    second = client.get(STYLE, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, "--accent: #103060;" in second.text) == (200, True)
    third = client.get(STYLE, headers={"If-None-Match": second.headers["ETag"]})
    assert (third.status_code, third.data) == (304, b"")
    assert third.headers["Cache-Control"] == "public, max-age=0"


@both_databases
def test_a_new_issue_is_listed_and_linked_at_once(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly, sections=(BLOCKS["text"].example(),))
    before = {path: client.get(path) for path in (INDEX, ONE, FEED)}
    publish(session, weekly, "two", FRIDAY + timedelta(days=7))
    for path, answer in before.items():
        after = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert after.status_code == 200
        assert "/archive/weekly/two" in after.text


@both_databases
def test_the_pages_of_the_list_are_kept_apart(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    for number in range(21):
        publish(session, weekly, f"n{number}", FRIDAY + timedelta(days=number))
    for _ in range(2):
        assert "/archive/weekly/n20" in client.get(INDEX).text
        assert "/archive/weekly/n20" not in client.get(f"{INDEX}?page=2").text


def test_an_issue_of_another_publication_with_the_same_name_is_another_page(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly, title="Of the weekly")
    publish(session, make_publication(session, "daily"), title="Of the daily")
    for _ in range(2):
        assert "Of the weekly" in client.get(ONE).text
        assert "Of the daily" in client.get("/archive/daily/one").text


@both_databases
def test_new_words_of_an_uploaded_image_are_there_at_once(
    client: FlaskClient, session: Session, settings: Settings, weekly: Publication
) -> None:
    files = MediaFiles(settings.media_dir)
    row = store_image(session, files, picture(), caption="Before.")
    section = BLOCKS["image"].example().model_copy(update={"image": ImageField(src=f"media:{row.key}")})
    publish(session, weekly, sections=(section,))
    for path in (ONE, EMAIL, FEED):
        assert "Before." in client.get(path).text
    row.caption = "After, in March."
    session.commit()
    for path in (ONE, EMAIL, FEED):
        assert "After, in March." in client.get(path).text


@both_databases
def test_an_image_that_is_uploaded_later_is_there_at_once(
    client: FlaskClient, session: Session, settings: Settings, weekly: Publication
) -> None:
    files = MediaFiles(settings.media_dir)
    key = store_image(session, files, picture()).key
    session.rollback()
    section = BLOCKS["image"].example().model_copy(update={"image": ImageField(src=f"media:{key}")})
    publish(session, weekly, sections=(section,))
    assert f"/media/{key}/" not in client.get(ONE).text
    store_image(session, files, picture())
    session.commit()
    assert f"/media/{key}/" in client.get(ONE).text


@both_databases
def test_the_email_is_the_sent_one_from_when_it_was_sent(
    client: FlaskClient, session: Session, weekly: Publication, links: Links
) -> None:
    issue = publish(session, weekly, sections=(BLOCKS["text"].example(),))
    before = client.get(EMAIL)
    revision = issue.revisions[0]
    mailing = Mailing(
        publication_id=weekly.id, issue_id=issue.id, revision_id=revision.id, scheduled_at=FRIDAY
    )
    session.add(mailing)
    session.flush()
    compiled = json.loads(compile_issue(session, revision, weekly, links, mailing_id=mailing.id).to_json())
    stored = json.dumps(compiled).replace("a week of", "a WEEK, as sent, of")
    session.add(StoredMessage(mailing_id=mailing.id, variant="", compiled=stored))
    session.commit()
    after = client.get(EMAIL, headers={"If-None-Match": before.headers["ETag"]})
    assert "a WEEK, as sent, of" in after.text
    assert after.headers["X-Robots-Tag"] == "noindex"


def test_languages_are_kept_apart(client: FlaskClient, session: Session, weekly: Publication) -> None:
    publish(session, weekly)
    for _ in range(2):
        assert "All issues" in client.get(INDEX).text
        german = client.get(f"{INDEX}?lang=de")
        assert '<html lang="de"' in german.text
        assert '<html lang="en"' in client.get(f"{INDEX}?lang=xx").text
    weekly.language = "de"
    session.commit()
    assert '<html lang="de"' in client.get(INDEX).text


def test_a_publication_in_a_language_we_do_not_have_speaks_the_browsers(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    weekly.language = "fi"
    publish(session, weekly)
    for _ in range(2):
        assert '<html lang="de"' in client.get(INDEX, headers={"Accept-Language": "de, en;q=0.5"}).text
        assert '<html lang="en"' in client.get(INDEX, headers={"Accept-Language": "en, de;q=0.5"}).text


def test_below_a_prefix_links_have_it(client: FlaskClient, session: Session, weekly: Publication) -> None:
    publish(session, weekly)
    for _ in range(2):
        assert 'href="/archive/weekly/one"' in client.get(INDEX).text
        below = client.get(INDEX, environ_overrides={"SCRIPT_NAME": "/news"})
        assert 'href="/news/archive/weekly/one"' in below.text


def test_each_showing_of_the_form_has_its_own_moment(
    client: FlaskClient, weekly: Publication, links: Links
) -> None:
    pages = [client.get(SIGN_UP) for _ in range(2)]
    for page in pages:
        assert page.headers["Cache-Control"] == "no-cache"
        assert "ETag" not in page.headers
        stamp = STAMP.search(page.text)
        assert stamp is not None
        assert links.signer.read(Purpose.FORM, stamp[1]).ids == (weekly.id,)


def test_what_somebody_typed_is_shown_to_nobody_else(client: FlaskClient, weekly: Publication) -> None:
    for _ in range(2):
        typed = client.post(SIGN_UP, data={"email": "ana@example", "name": "Ana Lim"})
        assert "Ana Lim" in typed.text
        shown = client.get(SIGN_UP).text + client.get(f"{SIGN_UP}?email=ana@example&name=Ana+Lim").text
        assert "Ana Lim" not in shown
        assert "ana@example" not in shown


def test_the_form_for_other_sites_is_a_page_of_its_own(client: FlaskClient, weekly: Publication) -> None:
    for _ in range(2):
        assert "page-embed" in client.get(f"{SIGN_UP}?embed=1").text
        assert "page-embed" not in client.get(SIGN_UP).text


def test_what_is_not_there_is_not_kept(
    app: Flask, client: FlaskClient, session: Session, weekly: Publication
) -> None:
    assert client.get(ONE).status_code == 404
    publish(session, weekly)
    assert client.get(ONE).status_code == 200


def kept(octets: int) -> KeptPage:
    return KeptPage(Page(b"x" * octets), (), "")


def test_a_full_cache_gives_up_what_was_not_asked_for() -> None:
    cache = PageCache(capacity=100)
    cache.keep("a", kept(40))
    cache.keep("b", kept(40))
    assert cache.find("a") is not None
    cache.keep("c", kept(40))
    assert [name for name in "abc" if cache.find(name)] == ["a", "c"]
    cache.keep("a", kept(50))  # in the place of the earlier one
    assert [name for name in "abc" if cache.find(name)] == ["a", "c"]
    cache.keep("d", kept(101))
    assert [name for name in "abcd" if cache.find(name)] == []


def test_only_uploaded_images_are_looked_up() -> None:
    assert media_keys(["media:b2", "https://elsewhere.example/a.png", "", "media:a1", "media:"]) == [
        "a1",
        "b2",
    ]
