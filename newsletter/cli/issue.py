"""`newsletter issue`: import, export, check, render and list issues; more of it in the modules beside."""

import sys
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from newsletter.cli import (
    issue_approval,
    issue_archive,
    issue_bundle,
    issue_comments,
    issue_correct,
    issue_edition,
    issue_history,
    issue_new,
    issue_render,
    issue_send,
    issue_sizes,
    issue_test,
    issue_waive,
)
from newsletter.cli.environment import answer, console, json_option, runtime, session
from newsletter.cli.parameters import ID, NUMBER

if TYPE_CHECKING:
    from newsletter.issues.models import Issue
    from newsletter.preflight.finding import Finding

Command = TypeVar("Command", bound=Callable[..., object])


@click.group("issue", help="Import, export, check, render, compare and send issues.")
def command() -> None: ...


def revision_option(function: Command) -> Command:
    """`--revision N`, for commands that look at one revision."""
    return click.option("--revision", type=NUMBER, help="A revision's number; the newest by default.")(
        function
    )


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--publication", "slug", required=True, help="The slug of the publication.")
@click.option(
    "--issue", "issue_id", type=ID, help="Save it as the next revision of this issue, even if it was sent."
)
@json_option
def import_(file: Path, slug: str, issue_id: int | None, as_json: bool) -> None:
    """Save FILE (.json or .md) as an issue, or as the next revision of the issue with its slug.

    If that issue was sent or is scheduled, a new one is made, whose slug ends with a number.
    """
    from newsletter import audit
    from newsletter.issues.import_document import import_document
    from newsletter.issues.read_file import read_document
    from newsletter.publications.find import find_publication

    document = read_document(file)
    with session() as opened:
        publication = find_publication(opened, slug)
        imported = import_document(
            opened, publication, document, issue_id=issue_id, author=audit.COMMAND_LINE
        )
        saved, sent = imported.saved, imported.sent
        issue, revision = saved.issue, saved.revision
        if saved.changed:
            audit.record(
                opened, "issue.saved", "issue", issue.id, actor=audit.COMMAND_LINE, revision=revision.number
            )
        opened.commit()
    outcome = "saved as" if saved.changed else "is already"
    answer(
        as_json,
        {"issue": issue.id, "revision": revision.number},
        f"“{issue.title}” {outcome} issue {issue.id}, revision {revision.number}." + _beside(sent, issue),
    )


def _beside(sent: "Issue | None", issue: "Issue") -> str:
    """Why it is not a revision of the issue that has its slug."""
    if sent is None:
        return ""
    return (
        f" Issue {sent.id} has the slug {sent.slug} and was sent or scheduled already,"
        f" so this one has the slug {issue.slug}."
        f" To change issue {sent.id} instead, import with --issue {sent.id}."
    )


@command.command("export")
@click.argument("issue_id", metavar="ID", type=ID)
@revision_option
def export(issue_id: int, revision: int | None) -> None:
    """Print the document of issue ID in its exact text form."""
    from newsletter.issues.load import find_issue, find_revision

    with session() as opened:
        text = find_revision(opened, find_issue(opened, issue_id), revision).document
    click.echo(text.encode(), nl=False)


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of a document."""
    from newsletter.document.schema import dumps

    click.echo(dumps().encode(), nl=False)


@command.command("check")
@click.argument("issue_id", metavar="ID", type=ID)
@revision_option
@json_option
def check(issue_id: int, revision: int | None, as_json: bool) -> None:
    """Check issue ID for problems; exit 1 if it cannot be sent."""
    from newsletter.issues.load import find_issue, find_revision
    from newsletter.preflight.check import check as preflight
    from newsletter.preflight.finding import Level

    with session() as opened:
        issue = find_issue(opened, issue_id)
        findings = preflight(
            opened, find_revision(opened, issue, revision), issue.publication, runtime().links
        )
    blocked = sum(finding.level is Level.BLOCKING for finding in findings)
    if as_json:
        answer(True, {"blocking": blocked, "findings": [each.facts() for each in findings]}, "")
    else:
        for each in findings:
            _print_finding(each)
        click.echo(_verdict(blocked, len(findings)))
    if blocked:
        sys.exit(1)


def _print_finding(finding: "Finding") -> None:
    colours = {"blocking": "red", "warning": "yellow", "waived": None}
    word = "waived" if finding.waived else str(finding.level)
    click.secho(f"{word:<8}  ", fg=colours[word], nl=False)
    place = f"{finding.path}: " if finding.path else ""
    click.echo(f"{place}{finding.message}  [{finding.rule}]")
    if finding.waived:
        click.echo(f"          {finding.waived.by}: {finding.waived.reason}")


def _verdict(blocked: int, findings: int) -> str:
    if blocked:
        return f"{'Fix 1 problem' if blocked == 1 else f'Fix {blocked} problems'} before sending."
    return "No problems found." if not findings else "This issue can be sent."


@command.command("list")
@click.option("--publication", "slug", help="Only those of this publication.")
@json_option
def list_(slug: str | None, as_json: bool) -> None:
    """List the issues, newest first."""
    from sqlalchemy import select
    from sqlalchemy.orm import selectinload

    from newsletter.issues.models import Issue
    from newsletter.publications.find import find_publication

    with session() as opened:
        query = select(Issue).options(selectinload(Issue.tags)).order_by(Issue.id.desc())
        if slug is not None:
            query = query.where(Issue.publication_id == find_publication(opened, slug).id)
        rows = [_facts(issue) for issue in opened.scalars(query)]
    if as_json:
        answer(True, {"issues": rows}, "")
        return
    if not rows:
        console.print("No issues yet. Start with `newsletter issue import FILE --publication SLUG`.")
        return
    from rich.table import Table

    table = Table("ID", "publication", "No.", "title", "revision", "published", box=None)
    for row in rows:
        cells = [*list(row.values())[:5], (row["published"] or "")[:10]]
        table.add_row(*("" if value is None else str(value) for value in cells))
    console.print(table)


def _facts(issue: "Issue") -> dict[str, Any]:
    published = issue.published_at
    return {
        "issue": issue.id,
        "publication": issue.publication.slug,
        "number": issue.number,
        "title": issue.title,
        "revision": issue.latest_revision,
        "published": published.isoformat(timespec="minutes") if published else None,
        "slug": issue.slug,
        "tags": [row.tag for row in issue.tags],
    }


for below in (
    issue_archive.archive,
    issue_edition.edition,
    issue_new.new,
    issue_render.render,
    issue_send.send,
    issue_sizes.sizes,
    issue_test.test,
    *(issue_history.revisions, issue_history.diff, issue_history.restore),
    *(issue_approval.request_review, issue_approval.approve),
    *(issue_comments.comment, issue_comments.comments, issue_comments.share, issue_comments.unshare),
    *(issue_waive.waive, issue_waive.unwaive, issue_waive.waivers),
    *(issue_bundle.bundle, issue_bundle.verify),
    *(
        issue_correct.correct,
        issue_correct.correction_mail,
        issue_correct.errata,
        issue_correct.list_links,
        issue_correct.change_link,
    ),
):
    command.add_command(below)
# The first name of `change-link`, which scripts may use.
mend_link = copy(issue_correct.change_link)
mend_link.hidden = True
command.add_command(mend_link, "mend-link")
