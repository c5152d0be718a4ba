"""The corrections of issues, for their pages and the feed."""

from collections.abc import Sequence

from newsletter.corrections.shown import ShownCorrection, find_shown_corrections
from newsletter.issues.compile import local_day
from newsletter.publications.models import Publication
from newsletter.web.database import session
from newsletter.web.public.article import Article


def corrections_of(
    articles: Sequence[Article], publication: Publication
) -> dict[int, list[tuple[str, ShownCorrection]]]:
    """For each issue, by its id, its corrections in their order, each behind its day in words."""
    found = find_shown_corrections(session(), [article.issue.id for article in articles])
    return {
        article.issue.id: [
            (article.wording.day(local_day(correction.at, publication)), correction)
            for correction in found.get(article.issue.id, [])
        ]
        for article in articles
    }


def updated_at(article: Article, corrections: Sequence[tuple[str, ShownCorrection]]) -> str:
    """When the article was changed last, as RFC 3339 writes it."""
    return corrections[-1][1].at.isoformat(timespec="seconds") if corrections else article.published_at
