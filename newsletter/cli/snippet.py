"""`newsletter snippet`: texts that many issues share."""

from typing import IO, TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.parameters import ClearableOption

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.issues.snippets.models import Snippet
    from newsletter.publications.models import Publication


@click.group("snippet", help="Edit texts that many issues share.")
def command() -> None: ...


publication_option = click.option("--publication", "slug", required=True, help="The slug of the publication.")


@command.command("list")
@publication_option
@json_option
def list_(slug: str, as_json: bool) -> None:
    """List the snippets, and how many issues use each."""
    from newsletter.issues.snippets.find import list_snippets
    from newsletter.publications.find import find_publication

    with session() as opened:
        publication = find_publication(opened, slug)
        rows = [_facts(opened, publication, snippet) for snippet in list_snippets(opened, publication)]
    lines = [
        f"{row['key']}  {row['title']}  used in {len(row['drafts'])} drafts, {len(row['pinned'])} sent"
        for row in rows
    ]
    answer(as_json, {"snippets": rows}, "\n".join(lines) or f"{publication.name} has no snippets.")


@command.command("show")
@click.argument("key")
@publication_option
@json_option
def show(key: str, slug: str, as_json: bool) -> None:
    """Print a snippet, and the issues that use it."""
    from newsletter.issues.snippets.find import find_snippet
    from newsletter.publications.find import find_publication

    with session() as opened:
        publication = find_publication(opened, slug)
        facts = _facts(opened, publication, find_snippet(opened, publication, key))
    lines = [facts["title"] or facts["key"], "", facts["text"]]
    if facts["url"]:
        lines += ["", f"{facts['link_label'] or 'Read more'}: {facts['url']}"]
    for name, words in (("drafts", "Draft"), ("pinned", "Scheduled or sent")):
        lines += [f"{words}: {each['id']} {each['title']}" for each in facts[name]]
    answer(as_json, facts, "\n".join(lines))


@command.command("set")
@click.argument("key")
@click.argument("file", type=click.File("rb"))
@publication_option
@click.option("--title", cls=ClearableOption, help="The heading, empty for none; unchanged by default.")
@click.option(
    "--url", cls=ClearableOption, help="Where to read more, empty for no link; unchanged by default."
)
@click.option(
    "--link-label",
    cls=ClearableOption,
    help="The text of that link, empty for “Read more”; unchanged by default.",
)
@json_option
def set_(
    key: str,
    file: IO[bytes],
    slug: str,
    title: str | None,
    url: str | None,
    link_label: str | None,
    as_json: bool,
) -> None:
    """Set the text of KEY to the Markdown of FILE, or of standard input for “-”; drafts are updated."""
    from newsletter import audit
    from newsletter.core.errors import Missing, Refused
    from newsletter.issues.snippets.find import find_snippet
    from newsletter.issues.snippets.save import LARGEST_FILE, SnippetWords, save_snippet
    from newsletter.publications.find import find_publication

    octets = file.read(LARGEST_FILE + 1)
    try:
        text = octets.decode() if len(octets) <= LARGEST_FILE else ""
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        raise Refused("bad_snippet", "The file must be UTF-8 text of at most 80 kB.")
    with session() as opened:
        publication = find_publication(opened, slug)
        try:
            before: Snippet | None = find_snippet(opened, publication, key)
        except Missing:
            before = None
        given = {"title": title, "url": url, "link_label": link_label}
        kept = {
            name: (getattr(before, name) if before else "") if value is None else value
            for name, value in given.items()
        }
        words = SnippetWords(text=text, **kept)
        saved = save_snippet(opened, publication, key, words, actor=audit.COMMAND_LINE)
        opened.commit()
        edited = [{"id": issue.id, "title": issue.title} for issue in saved.drafts]
        facts = _facts(opened, publication, saved.snippet) | {"changed": saved.changed, "edited": edited}
    done = f"Saved. {len(edited)} drafts have the new text." if saved.changed else "Nothing to change."
    answer(as_json, facts, done)


@command.command("delete")
@click.argument("key")
@publication_option
@json_option
def delete(key: str, slug: str, as_json: bool) -> None:
    """Delete a snippet that no draft uses; issues that were scheduled or sent keep its text."""
    from newsletter import audit
    from newsletter.issues.snippets.save import delete_snippet
    from newsletter.publications.find import find_publication

    with session() as opened:
        delete_snippet(opened, find_publication(opened, slug), key, actor=audit.COMMAND_LINE)
        opened.commit()
    answer(as_json, {"deleted": key}, f"The snippet {key} is deleted.")


def _facts(opened: "Session", publication: "Publication", snippet: "Snippet") -> dict[str, Any]:
    from newsletter.issues.snippets.find import find_uses

    uses = find_uses(opened, publication, snippet.key)
    return {
        "key": snippet.key,
        "title": snippet.title,
        "text": snippet.text,
        "url": snippet.url,
        "link_label": snippet.link_label,
        "edited_by": snippet.edited_by,
        "edited_at": snippet.edited_at.isoformat(),
        "drafts": [{"id": issue.id, "title": issue.title} for issue in uses.drafts],
        "pinned": [{"id": issue.id, "title": issue.title, "number": issue.number} for issue in uses.pinned],
    }
