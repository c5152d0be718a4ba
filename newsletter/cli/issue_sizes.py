"""`newsletter issue sizes`: how much of an email each section and item takes."""

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID


@click.command("sizes")
@click.argument("issue_id", metavar="ID", type=ID)
@json_option
def sizes(issue_id: int, as_json: bool) -> None:
    """Show how many bytes of HTML each section and item of issue ID takes, with inlined CSS."""
    from newsletter.issues.compile import compile_input
    from newsletter.issues.load import find_issue, find_revision, load_document
    from newsletter.preflight.message_size import message_size
    from newsletter.rendering.compile_input import compile_with_parts

    with session() as opened:
        issue = find_issue(opened, issue_id)
        revision = find_revision(opened, issue)
        given = compile_input(opened, revision, issue.publication, runtime().links)
        document = load_document(revision)
    message, parts = compile_with_parts(given)
    size = message_size(message.html_bytes, parts, document)
    rows = [
        {"path": part.path, "name": part.name, "octets": part.octets, "share": round(part.share, 4)}
        for part in size.parts
    ]
    lines = [
        f"{part.octets:>8,}  {100 * part.share:>5.1f} %  {'  ' if part.is_item else ''}{part.name}"
        for part in size.parts
    ]
    lines += [
        f"{size.frame:>8,}  {100 * size.frame / size.octets:>5.1f} %  the frame around them",
        f"{size.octets:>8,}  bytes in total",
    ]
    facts = {"issue": issue_id, "octets": size.octets, "frame": size.frame, "parts": rows}
    answer(as_json, facts, "\n".join(lines))
