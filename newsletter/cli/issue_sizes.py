"""`newsletter issue sizes`: how much of an email each section and item takes."""

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID


@click.command("sizes")
@click.argument("issue_id", metavar="ID", type=ID)
@json_option
def sizes(issue_id: int, as_json: bool) -> None:
    """Show how many octets of the HTML of issue ID each section and item takes, CSS inlined."""
    from newsletter.issues.compile import compile_input
    from newsletter.issues.load import find_issue, find_revision, load_document
    from newsletter.preflight.rules.item_bytes import part_name
    from newsletter.rendering.compile_input import compile_with_parts

    with session() as opened:
        issue = find_issue(opened, issue_id)
        revision = find_revision(opened, issue)
        given = compile_input(opened, revision, issue.publication, runtime().links)
        document = load_document(revision)
    message, parts = compile_with_parts(given)
    whole = message.html_bytes
    rows = [
        {
            "path": part.path,
            "name": part_name(document, part.path),
            "octets": part.octets,
            "share": round(part.octets / whole, 4),
        }
        for part in parts
    ]
    frame = whole - sum(part.octets for part in parts if part.path == part.section_path)
    lines = [
        f"{part.octets:>8,}  {100 * part.octets / whole:>5.1f} %  "
        f"{'' if part.path == part.section_path else '  '}{row['name']}"
        for part, row in zip(parts, rows, strict=True)
    ]
    lines += [
        f"{frame:>8,}  {100 * frame / whole:>5.1f} %  the frame around them",
        f"{whole:>8,}  octets in all",
    ]
    facts = {"issue": issue_id, "octets": whole, "frame": frame, "parts": rows}
    answer(as_json, facts, "\n".join(lines))
