"""`newsletter segment`: saved rules that choose some of a publication's subscribers."""

import json
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.label_options import publication_option

if TYPE_CHECKING:
    from newsletter.segments.models import Segment
    from newsletter.segments.sentences import Line

rules_option = click.option(
    "--rules",
    type=click.Path(allow_dash=True),
    required=True,
    help="The rules as JSON, see `newsletter segment schema`; - for standard input.",
)


@click.group("segment", help="Define segments: rules that choose subscribers for a mailing.")
def command() -> None: ...


@command.command("create")
@publication_option
@click.option("--name", required=True, help="Its name.")
@click.option(
    "--slug", "segment_slug", default="", help="Its slug in commands; made from the name by default."
)
@rules_option
@json_option
def create(slug: str | None, name: str, segment_slug: str, rules: str, as_json: bool) -> None:
    """Create a segment. Who is in it is worked out each time it is used."""
    from newsletter import audit
    from newsletter.publications.find import find_publication_or_only
    from newsletter.segments.save import create_segment

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        made = create_segment(
            opened, publication, name, _read(rules), slug=segment_slug, actor=audit.COMMAND_LINE
        )
        opened.commit()
        facts = _facts(made)
    answer(as_json, facts, f"The segment {facts['name']} is ready; its slug is {facts['slug']}.")


@command.command("list")
@publication_option
@json_option
def list_(slug: str | None, as_json: bool) -> None:
    """List the segments."""
    from newsletter.publications.find import find_publication_or_only
    from newsletter.segments.find import list_segments

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        rows = [_facts(segment) for segment in list_segments(opened, publication)]
        nothing = f"{publication.name} has no segments."
    answer(as_json, {"segments": rows}, "\n".join(f"{row['slug']}  {row['name']}" for row in rows) or nothing)


@command.command("show")
@click.argument("segment_slug", metavar="SLUG")
@publication_option
@json_option
def show(segment_slug: str, slug: str | None, as_json: bool) -> None:
    """Show the rules of the segment SLUG, and where it is used."""
    from newsletter.core import clock
    from newsletter.issues.uses import find_uses
    from newsletter.publications.find import find_publication_or_only
    from newsletter.segments.find import find_segment
    from newsletter.segments.names import look_up, problems
    from newsletter.segments.read import read
    from newsletter.segments.sentences import describe

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        segment = find_segment(opened, publication, segment_slug)
        rules = read(segment.rules)
        names = look_up(opened, publication, rules, clock.now())
        broken = problems(rules, names, segment.slug)
        uses = [{"kind": use.kind, "id": use.id, "title": use.title} for use in find_uses(opened, segment)]
        lines = [segment.name, *_written(describe(rules, names)), *broken.values()]
        lines += [f"Used by the {use['kind']} {use['title']}" for use in uses]
        facts = _facts(segment) | {"uses": uses, "problems": broken}
    answer(as_json, facts, "\n".join(lines))


@command.command("set")
@click.argument("segment_slug", metavar="SLUG")
@publication_option
@click.option("--name", help="Another name; the slug stays.")
@click.option(
    "--rules",
    type=click.Path(allow_dash=True),
    help="Other rules as JSON; - for standard input.",
)
@json_option
def set_(segment_slug: str, slug: str | None, name: str | None, rules: str | None, as_json: bool) -> None:
    """Change the rules or the name of the segment SLUG."""
    from newsletter import audit
    from newsletter.publications.find import find_publication_or_only
    from newsletter.segments.save import change_segment

    if name is None and rules is None:
        message = "Give --rules or --name."
        raise click.UsageError(message)
    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        changed = change_segment(
            opened,
            publication,
            segment_slug,
            name=name,
            rules=None if rules is None else _read(rules),
            actor=audit.COMMAND_LINE,
        )
        opened.commit()
        facts = _facts(changed)
    answer(as_json, facts, f"The segment {facts['name']} is saved.")


@command.command("count")
@click.argument("segment_slug", metavar="SLUG")
@publication_option
@json_option
def count(segment_slug: str, slug: str | None, as_json: bool) -> None:
    """Count the subscribers in the segment SLUG, active or paused."""
    from newsletter.core import clock
    from newsletter.core.db import reading
    from newsletter.publications.find import find_publication_or_only
    from newsletter.segments.find import find_segment
    from newsletter.segments.members import count_members
    from newsletter.segments.read import read

    with reading(), session() as opened:
        publication = find_publication_or_only(opened, slug)
        segment = find_segment(opened, publication, segment_slug)
        inside = count_members(opened, publication, read(segment.rules), clock.now())
        name = segment.name
    answer(as_json, {"count": inside}, f"{inside:,} in {name}.")


@command.command("explain")
@click.argument("segment_slug", metavar="SLUG")
@click.argument("address")
@publication_option
@json_option
def explain(segment_slug: str, address: str, slug: str | None, as_json: bool) -> None:
    """Explain why the subscriber with this ADDRESS is in the segment SLUG, or is not."""
    from newsletter.core import clock
    from newsletter.core.addresses import parse_address
    from newsletter.publications.find import find_publication_or_only
    from newsletter.segments.explain import explain_person
    from newsletter.segments.find import find_segment
    from newsletter.segments.read import read

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        segment = find_segment(opened, publication, segment_slug)
        parsed = parse_address(address)
        found = explain_person(opened, publication, read(segment.rules), parsed, clock.now())
        verdict = f"{parsed.email} is {'' if found.inside else 'not '}in {segment.name}"
    verdict += f": {parsed.email} {found.left}." if found.left else "."
    rules = [{"depth": line.depth, "rule": line.sentence, "met": line.met} for line in found.lines]
    facts = {"inside": found.inside, "reason": found.left, "rules": rules}
    answer(as_json, facts, "\n".join([verdict, *_written(found.lines)]))


@command.command("remove")
@click.argument("segment_slug", metavar="SLUG")
@publication_option
@json_option
def remove(segment_slug: str, slug: str | None, as_json: bool) -> None:
    """Remove the segment SLUG; refused while something uses it."""
    from newsletter import audit
    from newsletter.issues.uses import require_unused
    from newsletter.publications.find import find_publication_or_only
    from newsletter.segments.find import find_segment
    from newsletter.segments.remove import remove_segment

    with session() as opened:
        segment = find_segment(opened, find_publication_or_only(opened, slug), segment_slug, lock=True)
        require_unused(opened, segment)
        remove_segment(opened, segment, actor=audit.COMMAND_LINE)
        opened.commit()
    answer(as_json, {"removed": segment_slug}, f"The segment {segment_slug} is removed.")


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of rules."""
    from newsletter.segments.read import schema as json_schema

    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def _read(rules: str) -> Any:
    from newsletter.segments.read import LARGEST, read_json

    try:
        with click.open_file(rules, encoding="utf-8", errors="surrogateescape") as file:
            return read_json(file.read(LARGEST + 1))
    except OSError as error:
        message = f"{rules} cannot be read: {error.strerror}."
        raise click.UsageError(message) from error


def _facts(segment: "Segment") -> dict[str, Any]:
    return {"id": segment.id, "slug": segment.slug, "name": segment.name, "rules": segment.rules}


def _written(lines: "list[Line]") -> list[str]:
    marks = {None: "", True: "✓ ", False: "✗ "}
    return [f"{'  ' * (line.depth + 1)}{marks[line.met]}{line.sentence}" for line in lines]
