"""An issue as search engines read it: an `Article` in JSON-LD (schema.org/Article)."""

from typing import Any

from newsletter.core.links import Links
from newsletter.publications.models import Publication
from newsletter.web.public.article import Article

LONGEST_HEADLINE = 110  # characters that search engines show


def article_json_ld(
    article: Article, publication: Publication, links: Links, images: list[str], updated: str
) -> dict[str, Any]:
    """The issue as an `Article` of its publication.

    `images` have absolute addresses, the best one first; `updated` is when it was last corrected, or
    else published (RFC 3339).
    """
    url = links.issue(publication.slug, article.issue.slug, article.edition)
    publisher = {
        "@type": "Organization",
        "name": publication.name,
        "url": links.archive(publication.slug),
    }
    facts = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": url,
        "mainEntityOfPage": url,
        "url": url,
        "headline": _shortened(article.title),
        "description": article.summary,
        "inLanguage": article.language,
        "datePublished": article.published_at,
        "dateModified": updated,
        "author": publisher,
        "publisher": publisher,
        "isPartOf": {
            "@type": "PublicationIssue",
            "issueNumber": article.issue.number,
            "isPartOf": {"@type": "Periodical", "name": publication.name, "url": publisher["url"]},
        },
        "keywords": [row.tag for row in article.issue.tags],
        "image": images,
    }
    return {name: value for name, value in facts.items() if value}


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST_HEADLINE else title[: LONGEST_HEADLINE - 1].rstrip() + "…"
