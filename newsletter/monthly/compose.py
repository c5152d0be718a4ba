"""Write a monthly summary: the issues of a month, each with its first stories and the way to the whole."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.i18n import translations
from newsletter.core.links import Links
from newsletter.document import Document, loads
from newsletter.document.merge import with_defaults
from newsletter.document.reading import read
from newsletter.issues.models import Issue, Revision
from newsletter.monthly.month import first_and_next
from newsletter.publications.models import Publication

MOST_STORIES = 5  # of each issue
MOST_ISSUES = 31


def compose_summary(session: Session, publication: Publication, month: date, links: Links) -> Document | None:
    """The summary of what was published in the month that begins on `month`; None where nothing was.

    Of each issue it has the headlines of its first stories, as the archive shows them; what is for some
    readers only is left out.
    """
    issues = _published_in(session, publication, month)
    if not issues:
        return None
    words = translations(publication.language)
    called = format_date(month, "LLLL yyyy", locale=publication.language.replace("-", "_"))
    subject = words.gettext("%(publication)s in %(month)s")
    return read(
        {
            "title": called,
            "subject": subject % {"publication": publication.name, "month": called},
            "preheader": words.gettext("What we published last month, in one email."),
            "slug": f"summary-{month:%Y-%m}",
            "sections": [_section(each, links.issue(publication.slug, slug)) for slug, each in issues],
        }
    )


def _published_in(session: Session, publication: Publication, month: date) -> list[tuple[str, Document]]:
    """The slug and the document of each issue of the month, oldest first."""
    first, after = first_and_next(month, publication.timezone)
    rows = session.execute(
        select(Issue.slug, Revision.document)
        .join(Revision, (Revision.issue_id == Issue.id) & (Revision.number == Issue.published_revision))
        .where(
            Issue.publication_id == publication.id,
            Issue.is_regular,
            Issue.published_at >= first,
            Issue.published_at < after,
        )
        .order_by(Issue.number.desc())
        .limit(MOST_ISSUES)
    ).all()
    return [(slug, loads(text, stored=True)) for slug, text in reversed(rows)]


def _section(document: Document, page: str) -> dict[str, Any]:
    """The issue itself, with what it says of itself, and its first stories."""
    title = with_defaults(document.title)
    lead = {"headline": title, "url": page, "blurb": with_defaults(document.summary)}
    return {"type": "links", "title": title, "items": [lead, *_stories(document)]}


def _stories(document: Document) -> Sequence[dict[str, str]]:
    found = [
        {"headline": with_defaults(headline), "url": url}
        for headline, url in _headlines(document)
        if headline and url
    ]
    return found[:MOST_STORIES]


def _headlines(document: Document) -> Iterator[tuple[str, str]]:
    for section in document.sections:
        if section.visibility is not None:
            continue
        for told in getattr(section, "items", (section,)):
            yield getattr(told, "headline", ""), getattr(told, "url", "")
