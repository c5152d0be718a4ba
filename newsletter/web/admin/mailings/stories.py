"""`/admin/p/<publication>/mailings/stories`: what people read in the last mailings; as a file, too."""

from collections.abc import Iterator

from flask import Response, render_template

from newsletter.accounts.permissions import Permission
from newsletter.publications.find import find_publication
from newsletter.reports.stories import StoriesRead, stories_read
from newsletter.web.admin.guard import allow
from newsletter.web.admin.mailings.blueprint import blueprint
from newsletter.web.admin.words.rates import rate_words
from newsletter.web.csv_lines import Cell, csv_response
from newsletter.web.database import session

# Names for programs, so they are not translated.
HEADER: tuple[Cell, ...] = ("kind", "name", "url", "times", "clicks", "sent")
KINDS = {"story": "stories", "outlet": "outlets", "section": "sections"}


@blueprint.get("/p/<slug>/mailings/stories")
@allow(Permission.VIEW)
def stories(slug: str) -> str:
    """Stories, outlets and sections by the clicks of people."""
    publication = find_publication(session(), slug)
    return render_template(
        "admin/mailings/stories.html",
        publication=publication,
        told=stories_read(session(), publication),
        rate_words=rate_words,
    )


@blueprint.post("/p/<slug>/mailings/stories.csv")
@allow(Permission.VIEW)
def export_stories(slug: str) -> Response:
    """The three tables one below the other."""
    told = stories_read(session(), find_publication(session(), slug))
    return csv_response(_rows(told), f"{told.publication}-stories.csv")


def _rows(told: StoriesRead) -> Iterator[tuple[Cell, ...]]:
    yield HEADER
    for kind, name in KINDS.items():
        for each in getattr(told, name):
            yield kind, each.name, each.url, each.stories, each.clicks.count, each.clicks.of
