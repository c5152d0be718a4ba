"""`newsletter issue new`: begin an issue, from the skeleton of an earlier one or empty."""

from typing import TYPE_CHECKING

import click

from newsletter.cli.environment import answer, json_option, session

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.issues.models import Issue
    from newsletter.publications.models import Publication


@click.command("new")
@click.option("--publication", "slug", required=True, help="The slug of the publication.")
@click.option("--title", help="Its title; by default the publication's name and the next number.")
@click.option(
    "--from",
    "like",
    default="last",
    show_default=True,
    metavar="last|ID|empty",
    help="Whose sections to start with: those of the last issue, of issue ID, or none.",
)
@json_option
def new(slug: str, title: str | None, like: str, as_json: bool) -> None:
    """Start an issue with section titles and recurring sections, but without stories."""
    from newsletter import audit
    from newsletter.issues.create import create_issue, next_number
    from newsletter.publications.find import find_publication

    with session() as opened:
        publication = find_publication(opened, slug)
        example = _example(opened, publication, like)
        title = title or f"{publication.name} {next_number(opened, publication)}"
        issue = create_issue(opened, publication, title, like=example, actor=audit.COMMAND_LINE)
        opened.commit()
        facts = {"issue": issue.id, "title": issue.title, "slug": issue.slug, "revision": 1}
    answer(as_json, facts | {"from": example.id if example else None}, f"Issue {issue.id}: “{issue.title}”.")


def _example(opened: "Session", publication: "Publication", like: str) -> "Issue | None":
    """The issue to begin from. Raises `Missing` for one that this publication does not have."""
    from newsletter.core.errors import Missing, Refused
    from newsletter.core.ids import LARGEST_ID
    from newsletter.issues.create import examples
    from newsletter.issues.load import find_issue

    if like == "empty":
        return None
    if like == "last":
        return next(iter(examples(opened, publication)), None)
    if not (like.isascii() and like.isdigit() and 0 < int(like) <= LARGEST_ID):
        raise Refused("bad_from", "After --from write last, empty, or the id of an issue.")
    issue = find_issue(opened, int(like))
    if issue.publication_id != publication.id:
        raise Missing("no_issue", f"“{publication.slug}” has no issue {like}.")
    return issue
