"""`newsletter issue render`: an issue as a reader gets it, and what an editor looks at before it is sent."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from newsletter.cli.environment import runtime, session
from newsletter.cli.parameters import ID, NUMBER

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.document import Document
    from newsletter.issues.invented_reader import InventedReader
    from newsletter.issues.models import Issue
    from newsletter.rendering.compile_input import CompileInput
    from newsletter.rendering.variant import Variant

FORMATS = ("html", "text", "eml", "list", "links", "reading")


@click.command("render")
@click.argument("issue_id", metavar="ID", type=ID)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    required=True,
    help="The HTML part, the plain text, or the whole message; what three mail programs list of it, "
    "its links, or what a screen reader says.",
)
@click.option("--subscriber", "email", help="The reader to render it for; an example reader by default.")
@click.option("--name", help="The name of an invented reader.")
@click.option(
    "--language", help="The language of an invented reader, such as de; it chooses the edition, too."
)
@click.option(
    "--attribute",
    "attributes",
    metavar="KEY=VALUE",
    multiple=True,
    help="An attribute of an invented reader.",
)
@click.option("--revision", type=NUMBER, help="A revision's number; the newest by default.")
def render(
    issue_id: int,
    form: str,
    email: str | None,
    name: str | None,
    language: str | None,
    attributes: tuple[str, ...],
    revision: int | None,
) -> None:
    """Print the message of issue ID exactly as a reader gets it."""
    from newsletter.issues.compile import compile_input
    from newsletter.issues.content import load_content
    from newsletter.issues.invented_reader import invented_reader
    from newsletter.issues.load import find_issue, find_revision
    from newsletter.tracking.message_links import are_redirected

    invented = invented_reader(name or "", language or "", dict(map(_attribute, attributes)))
    if email and not invented.is_nobody:
        raise click.UsageError("Choose a subscriber or invent a reader, not both.")
    with session() as opened:
        issue = find_issue(opened, issue_id)
        found = find_revision(opened, issue, revision)
        content = load_content(opened, found, issue.publication)
        given = compile_input(
            opened,
            found,
            issue.publication,
            runtime().links,
            variant=_variant(opened, issue, content.document, email, invented),
            content=content,
        )
        values = _values(opened, issue, email, invented)
        redirects = are_redirected(issue.publication)
    click.echo(_written(form, given, values, redirects=redirects), nl=False)


def _attribute(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator:
        message = f"“{text[:40]}” is not an attribute: write --attribute KEY=VALUE."
        raise click.UsageError(message)
    return key, value


def _values(
    opened: "Session", issue: "Issue", email: str | None, invented: "InventedReader"
) -> dict[str, str]:
    from newsletter.core.addresses import parse_address
    from newsletter.issues.example import example_values, subscriber_values
    from newsletter.subscribers.find import find_by_address

    links = runtime().links
    if email is None:
        return example_values(issue.publication, links, name=invented.name, attributes=invented.attributes)
    subscriber = find_by_address(opened, parse_address(email))
    return subscriber_values(opened, issue.publication, subscriber, links)


def _variant(
    opened: "Session", issue: "Issue", document: "Document", email: str | None, invented: "InventedReader"
) -> "Variant":
    """The edition and the sections that the reader gets; all of them for an example reader."""
    from newsletter.core.addresses import parse_address
    from newsletter.rendering.variant import numbered_variant
    from newsletter.sending.variants import number_of
    from newsletter.subscribers.find import find_by_address

    if email is None:
        return invented.variant_of(document, issue.publication.language)
    subscriber = find_by_address(opened, parse_address(email))
    return numbered_variant(document, number_of(opened, document, issue.publication, subscriber.id))


def _written(form: str, given: "CompileInput", values: dict[str, str], *, redirects: bool) -> bytes:
    from newsletter.rendering.compile_input import compile_with_links

    compiled, paths = compile_with_links(given)
    if form == "eml":
        return compiled.fill(values)
    if form == "html":
        return compiled.fill_html(values).encode()
    if form == "text":
        return compiled.fill_text(values).encode()
    if form == "reading":
        lines = _reading(compiled.fill_html(values))
    elif form == "links":
        from newsletter.rendering.compile_input import urls_followed
        from newsletter.rendering.preview.message_links import message_links

        found = message_links(compiled, values, paths, frozenset(urls_followed(given) if redirects else ()))
        lines = (
            f"{link.words}\n    {link.url}\n    "
            + ", ".join([link.path or "head and foot", *sorted(link.marks)])
            for link in found
        )
    else:
        from newsletter.rendering.preview.list_line import list_lines

        preheader = compiled.fill_preheader(values) or compiled.fill_text(values)
        shown = list_lines(given.headers.from_name, compiled.fill_subject(values), preheader)
        lines = (
            f"{each.mail_list.label}\n    {each.sender}\n    {each.subject}\n    {each.preheader}"
            for each in shown
        )
    return "".join(f"{line}\n" for line in lines).encode()


def _reading(html: str) -> Iterator[str]:
    """Each announcement on a line, such as `  item: See link: the text`."""
    from newsletter.rendering.preview.reading_order import PartRole, Role, reading_order

    for each in reading_order(html):
        figures = [str(figure) for figure in (each.level, each.count, each.columns) if figure]
        words = "".join(
            part.words
            if part.role is PartRole.TEXT
            else f"[{part.role.replace('_', ' ')}] {part.words}".strip()
            for part in each.parts
        )
        kind = each.kind if each.role is Role.GROUP else " ".join([each.role, *figures])
        yield f"{'  ' * each.depth}{kind}: {words}".removesuffix(": ")
