"""`newsletter subscribers export`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.progress import progress_bar

ENDINGS = {".xlsx": "xlsx", ".jsonl": "jsonl", ".ndjson": "jsonl"}


@click.command("export")
@click.option("--publication", "slug", required=True, help="The slug of the publication.")
@click.option("--segment", "segment_slug", help="Only who is in this segment.")
@click.option(
    "--state",
    type=click.Choice(["active", "pending", "paused", "ended", "suppressed"]),
    help="Only who is in this state.",
)
@click.option("--search", help="Only whose address begins so, or whose name contains it.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "xlsx", "jsonl"]),
    help="How it is written; by default as the name of FILE ends, else CSV.",
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

    “newsletter subscribers import” reads it back: whoever is active is subscribed there, with the same
    language, tags, muted topics and attributes.
    """
    from newsletter import audit
    from newsletter.core.text import one_line
    from newsletter.publications.find import find_publication
    from newsletter.segments.members import members_of_segment
    from newsletter.subscribers.exports.people import People
    from newsletter.subscribers.exports.write import FileFormat, write_people
    from newsletter.subscribers.listing import SubscriptionFilter

    file = Path(output)
    written_as = FileFormat(format_ or ENDINGS.get(file.suffix.lower(), "csv"))
    with session() as opened, _created(file) as target:
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


@contextmanager
def _created(file: Path) -> Iterator[IO[bytes]]:
    """A file that only its owner reads, in the place of `file` once it is complete."""
    from newsletter.core.errors import Refused

    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as target:
                yield target
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise Refused("unwritable_file", f"{file} cannot be written: {error.strerror}.") from error
