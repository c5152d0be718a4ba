"""For programs that read: an Atom feed for each publication, the site map and `robots.txt`."""

import re

from flask import Blueprint, Response, render_template, request

from newsletter.core.errors import Missing
from newsletter.core.language_tag import language_tag
from newsletter.document import Document
from newsletter.issues.page_state import list_state
from newsletter.issues.published import every_published, published_page
from newsletter.publications.find import all_publications, find_publication
from newsletter.publications.models import Publication
from newsletter.rendering.variant import edition_at, edition_place
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.page_cache import Page, answer, current_page, media_keys
from newsletter.web.public.article import make_article
from newsletter.web.public.corrections import corrections_of, updated_at

blueprint = Blueprint("feed", __name__)

FEED_LENGTH = 20
MAX_AGE = 300  # seconds that others may keep these without asking
SITE_MAP_LIMIT = 49_000  # sitemaps.org: at most 50,000 addresses in a file

# XML 1.0 §2.2: what a document may not hold, however it is written.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@blueprint.get("/archive/<slug>/feed.atom")
def atom(slug: str) -> Response:
    """The newest issues in full (RFC 4287)."""
    return answer(
        current_page(
            lambda session, images: list_state(session, slug, 1, FEED_LENGTH, images),
            lambda: _feed(slug),
        ),
        MAX_AGE,
    )


@blueprint.get("/archive/<slug>/feed/<language>.atom")
def atom_in_language(slug: str, language: str) -> Response:
    """The same with the editions for who reads this language."""
    if language_tag(language) != language:
        raise Missing("no_feed", "There is no feed at this address.")
    return answer(
        current_page(
            lambda session, images: list_state(session, slug, 1, FEED_LENGTH, images),
            lambda: _feed(slug, language),
        ),
        MAX_AGE,
    )


@blueprint.get("/sitemap.xml")
def site_map() -> Response:
    """Every page that search engines should know (sitemaps.org protocol 0.9)."""
    pages = [(links().archive(publication.slug), None) for publication in all_publications(session())]
    issues = [
        (links().issue(publication_slug, slug), at.date())
        for publication_slug, slug, at in every_published(session(), SITE_MAP_LIMIT)
    ]
    text = render_template("public/archive/sitemap.xml", pages=[*pages, *issues])
    return _xml(text, "application/xml")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Everything may be visited: personal pages ask not to be indexed themselves, which takes a visit."""
    text = f"User-agent: *\nDisallow:\n\nSitemap: {links().public_url}/sitemap.xml\n"
    return Response(text, mimetype="text/plain")


def _feed(slug: str, language: str = "") -> Page:
    publication = find_publication(session(), slug)
    page = published_page(session(), publication, size=FEED_LENGTH)
    articles = [
        make_article(
            *(session(), entry, publication, links()), _edition(entry.document, language, publication)
        )
        for entry in page.entries
    ]
    corrections = corrections_of(articles, publication)
    updated = {article.issue.id: updated_at(article, corrections[article.issue.id]) for article in articles}
    text = render_template(
        "public/archive/feed.xml",
        publication=publication,
        articles=articles,
        language=language,
        corrections=corrections,
        updated=updated,
        # All are in UTC, so that their order is that of the moments.
        newest=max(updated.values(), default=publication.created_at.isoformat(timespec="seconds")),
    )
    sources = {source for article in articles for source in article.sources}
    return Page(_NOT_XML.sub("", text).encode(), "application/atom+xml", images=media_keys(sources))


def _edition(document: Document, language: str, publication: Publication) -> str:
    """The edition of an issue that a reader of `language` gets; empty for its own language."""
    if not language:
        return ""
    return edition_at(document, edition_place(document, language, publication.language))


def _xml(text: str, mimetype: str) -> Response:
    response = Response(_NOT_XML.sub("", text), mimetype=mimetype)
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response.add_etag()
    response.make_conditional(request)
    return response
