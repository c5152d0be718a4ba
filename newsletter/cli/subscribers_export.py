"""`newsletter subscribers export`."""

from pathlib import Path

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.output_file import created_file
from newsletter.cli.progress import progress_bar

ENDINGS = {".xlsx": "xlsx", ".jsonl": "jsonl", ".ndjson": "jsonl"}


@click.command("export")
@click.option("--publication", "slug", required=True, help="The slug of the publication.")
@click.option("--segment", "segment_slug", help="Only people in this segment.")
@click.option(
    "--state",
    type=click.Choice(["active", "pending", "paused", "ended", "suppressed"]),
    help="Only people in this state.",
)
@click.option("--search", help="Only people whose address begins with this, or whose name contains it.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "xlsx", "jsonl"]),
    help="Its format; by default from the ending of FILE, else CSV.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), required=True, help="Where to write it.")
@json_option
def export(
    slug: str,
    segment_slug: str | None,
    state: str | None,
    search: str | None,
    format_: str | None,
    output: str,
    as_json: bool,
) -> None:
    """Write the people of a publication into a file, with their labels and consent.

    “newsletter subscribers import” reads it back: active people are subscribed, with the same language,
    tags, muted topics and attributes.
    """
    from newsletter import audit
    from newsletter.core.text import one_line
    from newsletter.publications.find import find_publication
    from newsletter.segments.members import members_of_segment
    from newsletter.subscribers.exports.models import FileFormat
    from newsletter.subscribers.exports.people import People
    from newsletter.subscribers.exports.write import write_people
    from newsletter.subscribers.listing import SubscriptionFilter

    file = Path(output)
    written_as = FileFormat(format_ or ENDINGS.get(file.suffix.lower(), "csv"))
    with session() as opened, created_file(file) as target:
        publication = find_publication(opened, slug)
        narrowed = members_of_segment(opened, publication, segment_slug) if segment_slug else None
        people = People(
            opened, publication, SubscriptionFilter(state or "", one_line(search or "")), narrowed
        )
        audit.record(
            opened,
            "subscribers.exported",
            "publication",
            publication.id,
            actor=audit.COMMAND_LINE,
            state=state or "",
            searched=bool(search),
            segment=segment_slug or "",
            format=written_as.value,
        )
        length = people.count()
        opened.commit()
        rows = 0
        with progress_bar(length) as bar:
            for rows in write_people(people, target, written_as):
                bar.update(rows - bar.pos)
    facts = {"file": str(file), "format": written_as.value, "rows": rows}
    answer(as_json, facts, f"{rows:,} people are in {file}.")
