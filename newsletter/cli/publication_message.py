"""`newsletter publication message`: confirmation, notice and welcome in a publication's own words."""

from typing import IO, TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, session

if TYPE_CHECKING:
    from newsletter.publications.messages.models import MessageText

LARGEST_FILE = 30_000  # octets: a text has 5,000 characters at most
KINDS = ("confirmation", "already_subscribed", "welcome")


@click.group("message", help="Write the messages that people get when they sign up.")
def message() -> None: ...


publication_option = click.option("--publication", "slug", required=True, help="The slug of the publication.")
kind_argument = click.argument("kind", type=click.Choice(KINDS))
language_option = click.option(
    "--language", help="Such as en, de or pt-BR; the language of the publication by default."
)


@message.command("list")
@publication_option
@json_option
def list_(slug: str, as_json: bool) -> None:
    """List the messages that the publication has written itself."""
    from newsletter.publications.find import find_publication
    from newsletter.publications.messages.find import list_messages

    with session() as opened:
        publication = find_publication(opened, slug)
        rows = [_facts(each) for each in list_messages(opened, publication)]
    lines = [f"{row['kind']}  {row['language']}  {row['subject']}" for row in rows]
    none = f"{publication.name} has no messages of its own."
    answer(as_json, {"messages": rows}, "\n".join(lines) or none)


@message.command("show")
@kind_argument
@publication_option
@language_option
@json_option
def show(kind: str, slug: str, language: str | None, as_json: bool) -> None:
    """Print the publication's own message of this KIND."""
    from newsletter.publications.find import find_publication
    from newsletter.publications.messages.find import find_message
    from newsletter.publications.messages.models import MessageKind

    with session() as opened:
        publication = find_publication(opened, slug)
        asked = publication.language if language is None else language
        facts = _facts(find_message(opened, publication, MessageKind(kind), asked))
    answer(as_json, facts, f"{facts['subject']}\n\n{facts['text']}")


@message.command("set")
@kind_argument
@click.argument("file", type=click.File("rb"))
@click.option("--subject", required=True, help="The subject, which is also the heading.")
@publication_option
@language_option
@json_option
def set_(kind: str, file: IO[bytes], *, subject: str, slug: str, language: str | None, as_json: bool) -> None:
    """Set the message of this KIND to the Markdown of FILE, or of standard input for “-”."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.publications.find import find_publication
    from newsletter.publications.messages.models import MessageKind
    from newsletter.publications.messages.save import MessageWords, save_message

    words = MessageWords(subject, _read(file))
    with session() as opened:
        publication = find_publication(opened, slug)
        asked = publication.language if language is None else language
        saved = save_message(opened, publication, MessageKind(kind), asked, words, actor=COMMAND_LINE)
        opened.commit()
        facts = _facts(saved)
    answer(as_json, facts, "Saved. Readers get it from now on.")


@message.command("remove")
@kind_argument
@publication_option
@language_option
@json_option
def remove(kind: str, slug: str, language: str | None, as_json: bool) -> None:
    """Go back to the built-in message; a welcome is no longer sent."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.publications.find import find_publication
    from newsletter.publications.messages.models import MessageKind
    from newsletter.publications.messages.save import remove_message

    with session() as opened:
        publication = find_publication(opened, slug)
        asked = publication.language if language is None else language
        remove_message(opened, publication, MessageKind(kind), asked, actor=COMMAND_LINE)
        opened.commit()
    answer(as_json, {"kind": kind, "language": asked}, "Removed.")


def _read(file: IO[bytes]) -> str:
    """The text of a file, for `save_message` to judge; `Refused` for what is no text or too much."""
    from newsletter.core.errors import Refused

    octets = file.read(LARGEST_FILE + 1)
    try:
        if len(octets) <= LARGEST_FILE:
            return octets.decode()
    except UnicodeDecodeError:
        pass
    raise Refused("bad_message", "The file must be UTF-8 text of at most 30 kB.")


def _facts(saved: "MessageText") -> dict[str, Any]:
    return {
        "kind": saved.kind.value,
        "language": saved.language,
        "subject": saved.subject,
        "text": saved.text,
        "edited_by": saved.edited_by,
        "edited_at": saved.edited_at.isoformat(),
    }
