"""`newsletter issue`: import, export, check and look at issues."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, console, json_option, runtime, session

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.issues.models import Issue


@click.group("issue", help="Import, export, check and look at issues.")
def command() -> None: ...


revision_option = click.option("--revision", type=int, help="A revision's number; the newest when left out.")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--publication", "slug", required=True, help="The slug of the publication.")
@json_option
def import_(file: Path, slug: str, as_json: bool) -> None:
    """Save FILE (.json or .md) as an issue, or as the next revision of the issue with its slug."""
    from newsletter import audit
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.issues import find_publication, save_document
    from newsletter.issues.read_file import read_document

    document = read_document(file)
    with session() as opened:
        saved = save_document(opened, find_publication(opened, slug), document, author=COMMAND_LINE)
        issue, revision = saved.issue, saved.revision
        if saved.changed:
            audit.record(
                opened, "issue.saved", "issue", issue.id, actor=COMMAND_LINE, revision=revision.number
            )
        opened.commit()
    happened = "saved as" if saved.changed else "is already"
    answer(
        as_json,
        {"issue": issue.id, "revision": revision.number},
        f"“{issue.title}” {happened} issue {issue.id}, revision {revision.number}.",
    )


@command.command("export")
@click.argument("issue_id", metavar="ID", type=int)
@revision_option
def export(issue_id: int, revision: int | None) -> None:
    """Print the document of issue ID in its exact text form."""
    from newsletter.issues import find_issue, find_revision

    with session() as opened:
        text = find_revision(opened, find_issue(opened, issue_id), revision).document
    click.get_binary_stream("stdout").write(text.encode())


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of a document."""
    from newsletter.document.schema import dumps

    click.get_binary_stream("stdout").write(dumps().encode())


@command.command("check")
@click.argument("issue_id", metavar="ID", type=int)
@revision_option
@json_option
@click.pass_context
def check(context: click.Context, issue_id: int, revision: int | None, as_json: bool) -> None:
    """Say what is wrong with issue ID; exit 1 when something keeps it from being sent."""
    from newsletter.issues import find_issue, find_revision
    from newsletter.preflight import Level
    from newsletter.preflight import check as preflight

    with session() as opened:
        found = preflight(
            opened, find_revision(opened, find_issue(opened, issue_id), revision), runtime().links
        )
    blocked = sum(finding.level is Level.BLOCKING for finding in found)
    if as_json:
        facts = [
            {"rule": one.rule, "level": one.level, "message": one.message, "path": one.path} for one in found
        ]
        answer(True, {"blocking": blocked, "findings": facts}, "")
    else:
        for one in found:
            colour = "red" if one.level is Level.BLOCKING else "yellow"
            console.print(f"[{colour}]{one.level:<8}[/] {one.rule}", highlight=False)
            console.print(f"  {one.path}" if one.path else "", end=" " if one.path else "", markup=False)
            console.print(f" {one.message}", markup=False, highlight=False)
        click.echo(_verdict(blocked, len(found)))
    context.exit(1 if blocked else 0)


def _verdict(blocked: int, found: int) -> str:
    if blocked:
        things = "1 thing keeps" if blocked == 1 else f"{blocked} things keep"
        return f"{things} this issue from being sent."
    return "Nothing is wrong with this issue." if not found else "This issue can be sent."
