"""`/archive/<publication>/…`: the published issues as web pages, and each email as it was sent."""

from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request

from newsletter.core.errors import Missing
from newsletter.core.links import Links
from newsletter.issues.compile import compile_issue
from newsletter.issues.published import (
    Published,
    find_published,
    previous_and_next,
    published_page,
    sent_message,
)
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.rendering.filters import FILTERS
from newsletter.web import language
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.headers import CONTENT_SECURITY_POLICY, EMAIL_CONTENT_SECURITY_POLICY
from newsletter.web.public.article import make_article
from newsletter.web.public.frame import frame

blueprint = Blueprint("archive", __name__)
for name, filter_ in FILTERS.items():
    blueprint.add_app_template_filter(filter_, name)

WITH_FOREIGN_IMAGES = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' https:")


@blueprint.get("/archive/<slug>/")
def index(slug: str) -> Response:
    """The list of a publication's issues, newest first."""
    publication = _publication(slug)
    page = published_page(session(), publication, _page_number())
    articles = [make_article(session(), entry, publication, here()) for entry in page.entries]
    return _cached(
        render_template(
            "public/archive/index.html",
            articles=articles,
            page=page,
            feed_url=links().feed(publication.slug),
            **frame(publication),
        )
    )


@blueprint.get("/archive/<slug>/<issue_slug>")
def issue(slug: str, issue_slug: str) -> Response:
    """One issue as an article."""
    publication = _publication(slug)
    published = find_published(session(), publication, issue_slug)
    article = make_article(session(), published, publication, here())
    before, after = previous_and_next(session(), published.issue)
    response = _cached(
        render_template(
            "public/archive/issue.html",
            article=article,
            wording=article.wording,
            social=make_article(session(), published, publication, links()).picture,
            before=before,
            after=after,
            feed_url=links().feed(publication.slug),
            **frame(publication),
        )
    )
    if article.has_foreign_images:
        response.headers["Content-Security-Policy"] = WITH_FOREIGN_IMAGES
    return response


@blueprint.get("/archive/<slug>/<issue_slug>/email")
def email(slug: str, issue_slug: str) -> Response:
    """The email of an issue as it was sent, for nobody in particular."""
    publication = _publication(slug)
    published = find_published(session(), publication, issue_slug)
    response = _cached(_email_html(published, publication))
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Link"] = f'<{links().issue(slug, issue_slug)}>; rel="canonical"'
    return response


def here() -> Links:
    """Links by path: our content security policy allows the origin that the page came from, as it is."""
    return replace(links(), public_url=request.script_root)


def _publication(slug: str) -> Publication:
    publication = find_publication(session(), slug)
    language.prefer(publication.language)
    return publication


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Missing("no_page", "This page of the archive does not exist.")
    return int(text)


def _email_html(published: Published, publication: Publication) -> str:
    """What unsubscribes in an inbox leads nowhere here: this page is everybody's."""
    compiled = sent_message(session(), published) or compile_issue(
        session(), published.revision, publication, links()
    )
    return compiled.fill_html({"unsubscribe_url": "#", "preferences_url": "#"})


def _cached(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(request)
    return response
