"""`/archive/<publication>/?q=…`: issues in which words or phrases are. Nothing that is typed is an error."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, make_response, render_template

from newsletter.archive_search.excerpt import Part, excerpt, marked
from newsletter.archive_search.models import ArchiveText
from newsletter.archive_search.query import LONGEST_QUERY, Phrase, parse_query
from newsletter.core.i18n import direction, translations
from newsletter.core.text import one_line
from newsletter.issues.compile import local_day
from newsletter.issues.models import Issue
from newsletter.issues.search import search_archive
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.rendering.filters import Wording
from newsletter.web import language
from newsletter.web.database import session
from newsletter.web.limits import consume_archive_search
from newsletter.web.public.frame import frame


@dataclass(frozen=True)
class Hit:
    """An issue that was found, with its title and an excerpt in parts."""

    issue: Issue
    language: str
    direction: str
    title: Sequence[Part]
    excerpt: Sequence[Part]


def search_page(slug: str, asked: str, number: int) -> Response:
    """Page `number` of what is found for `asked`. Not for search engines, nor for caches."""
    publication = find_publication(session(), slug)
    language.prefer(publication.language)
    consume_archive_search()
    typed = one_line(asked[: 2 * LONGEST_QUERY])[:LONGEST_QUERY]
    phrases = parse_query(typed)
    page = search_archive(session(), publication, phrases, number)
    response = make_response(
        render_template(
            "public/archive/search.html",
            typed=typed,
            has_words=bool(phrases),
            page=page,
            page_arguments={"q": typed},
            hits=[_hit(issue, text, phrases) for issue, text in page.hits],
            day=lambda issue: _day(issue, publication),
            longest_query=LONGEST_QUERY,
            **frame(publication),
        )
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _hit(issue: Issue, text: ArchiveText, phrases: Sequence[Phrase]) -> Hit:
    return Hit(
        issue,
        text.language,
        direction(text.language),
        marked(text.title, phrases),
        excerpt(text.text, phrases),
    )


def _day(issue: Issue, publication: Publication) -> str:
    """The day of an issue as the list of all issues writes it."""
    assert issue.published_at is not None  # noqa: S101 - set together with the published revision
    own = language.current()
    return Wording(language=own, translations=translations(own)).day(
        local_day(issue.published_at, publication)
    )
