"""`/archive/<publication>/…`: the published issues as web pages, and each email as it was sent."""

from dataclasses import replace

from flask import Blueprint, Response, render_template, request

from newsletter.core.errors import Missing
from newsletter.core.links import Links
from newsletter.document.translate import find_edition
from newsletter.document.walk import images
from newsletter.issues.compile import compile_issue
from newsletter.issues.page_state import email_state, issue_state, list_state
from newsletter.issues.published import (
    Published,
    find_published,
    previous_and_next,
    published_page,
    sent_message,
)
from newsletter.issues.tags import archive_tags
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.rendering.filters import FILTERS
from newsletter.rendering.variant import EVERYTHING, stranger_variant
from newsletter.web import language
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.headers import CONTENT_SECURITY_POLICY, EMAIL_CONTENT_SECURITY_POLICY
from newsletter.web.page_cache import Page, answer, current_page, media_keys
from newsletter.web.public.archive_search import search_page
from newsletter.web.public.article import make_article
from newsletter.web.public.article_json_ld import article_json_ld
from newsletter.web.public.corrections import corrections_of, updated_at
from newsletter.web.public.frame import frame
from newsletter.web.public.og_image import social_image

blueprint = Blueprint("archive", __name__)
for name, filter_ in FILTERS.items():
    blueprint.add_app_template_filter(filter_, name)

PAGE_SIZE = 20  # issues in the list
MAX_AGE = 60  # seconds that others may keep a page without asking

WITH_FOREIGN_IMAGES = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' https:")


@blueprint.get("/archive/<slug>/")
def index(slug: str) -> Response:
    """The list of a publication's issues, newest first: all, those with `tag`, or those found by `q`."""
    number, tag, asked = _page_number(), request.args.get("tag", ""), request.args.get("q", "")
    if asked.strip():
        return search_page(slug, asked, number)
    return answer(
        current_page(
            lambda session, images: list_state(session, slug, number, PAGE_SIZE, images, tag=tag),
            lambda: _index_page(slug, number, tag),
            part=(number, tag),
        ),
        MAX_AGE,
    )


@blueprint.get("/archive/<slug>/<issue_slug>")
def issue(slug: str, issue_slug: str) -> Response:
    """One issue as an article."""
    return answer(
        current_page(
            lambda session, images: issue_state(session, slug, issue_slug, images),
            lambda: _issue_page(slug, issue_slug),
        ),
        MAX_AGE,
    )


@blueprint.get("/archive/<slug>/<issue_slug>/<edition>")
def edition(slug: str, issue_slug: str, edition: str) -> Response:
    """The edition of an issue in a language, as an article."""
    return answer(
        current_page(
            lambda session, images: issue_state(session, slug, issue_slug, images),
            lambda: _issue_page(slug, issue_slug, edition),
        ),
        MAX_AGE,
    )


@blueprint.get("/archive/<slug>/<issue_slug>/<edition>/email")
def edition_email(slug: str, issue_slug: str, edition: str) -> Response:
    """The email of an edition as it was sent, for nobody in particular."""
    return answer(
        current_page(
            lambda session, images: email_state(session, slug, issue_slug, images),
            lambda: _email_page(slug, issue_slug, edition),
        ),
        MAX_AGE,
    )


@blueprint.get("/archive/<slug>/<issue_slug>/email")
def email(slug: str, issue_slug: str) -> Response:
    """The email of an issue as it was sent, for nobody in particular."""
    return answer(
        current_page(
            lambda session, images: email_state(session, slug, issue_slug, images),
            lambda: _email_page(slug, issue_slug),
        ),
        MAX_AGE,
    )


def _index_page(slug: str, number: int, tag: str) -> Page:
    publication = find_publication(session(), slug)
    page = published_page(session(), publication, number, PAGE_SIZE, tag=tag)
    articles = [make_article(session(), entry, publication, here()) for entry in page.entries]
    text = render_template(
        "public/archive/index.html",
        articles=articles,
        here=here(),
        page=page,
        tag=tag,
        tags=archive_tags(session(), publication),
        page_arguments={"tag": tag} if tag else {},
        feed_url=links().feed(publication.slug),
        **frame(publication),
    )
    return Page(
        text.encode(), images=media_keys(source for article in articles for source in article.sources)
    )


def _issue_page(slug: str, issue_slug: str, edition: str = "") -> Page:
    publication = find_publication(session(), slug)
    published = _find(publication, issue_slug, edition)
    if edition:
        language.prefer(edition, publication.language)
    article = make_article(session(), published, publication, here(), edition)
    before, after = previous_and_next(session(), published.issue)
    # Its picture is drawn once, in the issue's own language.
    absolute = make_article(session(), published, publication, links())
    picture = absolute.picture
    social = social_image(absolute, publication, picture)
    shown = dict.fromkeys([social.url, *([picture.url] if picture else [])])
    corrections = corrections_of([article], publication)[article.issue.id]
    updated = updated_at(article, corrections)
    text = render_template(
        "public/archive/issue.html",
        article=article,
        here=here(),
        wording=article.wording,
        corrections=corrections,
        updated_at=updated,
        social=social,
        json_ld=article_json_ld(article, publication, links(), list(shown), updated),
        before=before,
        after=after,
        from_issue=published.issue.slug,
        feed_url=links().feed(publication.slug, edition),
        **frame(publication),
    )
    policy = {"Content-Security-Policy": WITH_FOREIGN_IMAGES} if article.has_foreign_images else {}
    return Page(text.encode(), headers=policy, images=media_keys(article.sources))


def _find(publication: Publication, issue_slug: str, edition: str) -> Published:
    """The published issue; `Missing` where it has no such edition."""
    published = find_published(session(), publication, issue_slug)
    if edition and find_edition(published.document, edition) is None:
        raise Missing("no_edition", "This issue does not exist in this language.")
    return published


def _email_page(slug: str, issue_slug: str, edition: str = "") -> Page:
    """What unsubscribes in an inbox leads nowhere here: this page is everybody's."""
    publication = find_publication(session(), slug)
    published = _find(publication, issue_slug, edition)
    sent = sent_message(session(), published, publication.language, edition)
    seen = stranger_variant(published.document, publication.language, edition) if edition else EVERYTHING
    compiled = sent or compile_issue(session(), published.revision, publication, links(), variant=seen)
    sources = {image.src for _, image in images(published.document)} | {f"media:{publication.logo}"}
    return Page(
        compiled.fill_html({"unsubscribe_url": "#", "preferences_url": "#"}).encode(),
        headers={
            "Content-Security-Policy": EMAIL_CONTENT_SECURITY_POLICY,
            "X-Robots-Tag": "noindex",
            "Link": f'<{links().issue(slug, issue_slug, edition)}>; rel="canonical"',
        },
        images=media_keys(() if sent else sources),
    )


def here() -> Links:
    """Links by path: our content security policy allows the origin that the page came from, as it is."""
    return replace(links(), public_url=request.script_root)


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text) > 0):
        raise Missing("no_page", "This page of the archive does not exist.")
    return int(text)
