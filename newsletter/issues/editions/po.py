"""Files for translators: an edition as a gettext catalogue (PO), which all their programs read.

Each text is a message: `msgid` its words, `msgctxt` its place, `msgstr` the translation. One that is out of
date is *fuzzy*, with the earlier words beside it; what is fuzzy in a file that comes back is not taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.core.language_tag import language_tag
from newsletter.core.text import one_line
from newsletter.document.translate import Progress, TextInEdition

LARGEST = 4_000_000  # octets
LINE_LENGTH = 100


@dataclass(frozen=True)
class Translated:
    """A message of a file: where its text stood (`msgctxt`), the text, its translation."""

    at: str
    source: str
    text: str


def write_catalogue(title: str, language: str, texts: Sequence[TextInEdition]) -> bytes:
    """The texts of an edition with what is translated of them, in reading order."""
    catalogue = Catalog(
        locale=language.replace("-", "_"),
        project=one_line(title),
        version="1",
        header_comment=f"# {one_line(title)}",
        creation_date=clock.now(),
        charset="utf-8",
        fuzzy=False,
    )
    for entry in texts:
        outdated = entry.progress is Progress.OUTDATED
        said = entry.translation
        catalogue.add(
            entry.text.value,
            said.text if said else "",
            context=entry.text.at,
            flags=("fuzzy",) if outdated else (),
            previous_id=said.source if said and outdated else (),
        )
    for message in catalogue:
        message.flags.discard("python-format")  # a percent sign is one
    written = BytesIO()
    write_po(written, catalogue, width=LINE_LENGTH, include_previous=True)
    return written.getvalue()


def read_catalogue(octets: bytes, language: str) -> list[Translated]:
    """What is translated in a file for the edition in `language`.

    `Refused` for a file that is too large, no catalogue, or in another language by its own words.
    """
    if len(octets) > LARGEST:
        raise _refused(f"The file has more than {LARGEST // 1_000_000} MB.")
    try:
        octets.decode("utf-8-sig")
        catalogue = read_po(BytesIO(octets.removeprefix(b"\xef\xbb\xbf")), abort_invalid=True)
    except UnicodeDecodeError as error:
        raise _refused(f"The file is not UTF-8 text (at byte {error.start + 1}).") from None
    except (PoFileError, ValueError, LookupError, TypeError, AttributeError) as error:
        # The library has no error of its own for a header that it cannot read.
        told = one_line(str(error))[:120]
        raise _refused(f"The file is not a gettext catalogue (.po): {told}.") from error
    said = language_tag(str(catalogue.locale_identifier or ""))
    if said and said.lower() != language.lower():
        raise _refused(f"The file says it is in “{said}”, not in “{language}”.")
    return [
        Translated(message.context or "", message.id, message.string)
        for message in catalogue
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.id
        and message.string.strip()
        and not message.fuzzy
    ]


def _refused(sentence: str) -> Refused:
    return Refused("bad_catalogue", sentence, {"file": sentence})
