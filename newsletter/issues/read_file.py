"""Read a document from a file: its JSON text form, or Markdown with front matter."""

from collections.abc import Callable
from pathlib import Path

from newsletter.core.errors import Refused
from newsletter.document import Document, loads
from newsletter.document.markdown import from_markdown

READERS: dict[str, Callable[[str], Document]] = {
    ".json": loads,
    ".md": from_markdown,
    ".markdown": from_markdown,
}


def read_document(path: Path) -> Document:
    """The document in `path`; `Refused` says in one sentence why there is none.

    A document that does not fit the format raises `DocumentInvalid`, whose fields name the places.
    """
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise Refused(
            "unknown_file",
            f"{path} is neither a JSON document nor Markdown: its name must end in .json or .md.",
        )
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise Refused("unreadable_file", f"{path} cannot be read: {error.strerror}.") from error
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("not_utf8", f"{path} is not UTF-8 text (at byte {error.start + 1}).") from error
    return read(text)
