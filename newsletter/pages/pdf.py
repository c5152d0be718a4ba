"""Title and date of a PDF, from its document information (ISO 32000-1, 14.3.3)."""

import io
import re

from newsletter.pages.languages import language_tag
from newsletter.pages.page import PageFields
from newsletter.pages.plain import plain_line

LARGEST = 20_000_000  # octets
LARGEST_BROKEN = 500_000  # of a file without a table of its objects, which pypdf then searches for one by one
MOST_OBJECTS = 200_000
_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF")
_TABLE = re.compile(rb"\s*(?:xref|\d+\s+\d+\s+obj)")
_MADE_BY_PROGRAM = re.compile(
    r"^(?:untitled|unbenannt|document\d*|microsoft (?:word|powerpoint) - .*|slide \d+|"
    r"powerpoint presentation|"
    r"layout \d+|\S+\.(?:docx?|indd|pdf|qxp|pptx?|tex|dvi|odt|rtf))$",
    re.IGNORECASE,
)


class PdfUnreadable(Exception):
    """Why a PDF tells nothing, in a few words."""


def read_pdf(body: bytes) -> PageFields:
    """Title, date and language of a PDF; `PdfUnreadable` for one that is encrypted, broken or too large."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if len(body) > LARGEST:
        raise PdfUnreadable(f"PDF, {len(body) // 1_000_000} MB")
    if len(body) > LARGEST_BROKEN and not _has_table(body):
        raise PdfUnreadable("PDF, broken")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of each fault of a file
    try:
        reader = PdfReader(io.BytesIO(body), strict=False, xref_stream_maximum_entries=MOST_OBJECTS)
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfUnreadable("PDF, encrypted")
        information = reader.metadata
        title = plain_line(information.title if information else "")
        created = information.creation_date if information else None
        language = language_tag(str(reader.root_object.get("/Lang") or ""))
    except PdfUnreadable:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
        NotImplementedError,
    ):
        raise PdfUnreadable("PDF, broken") from None
    published = created.isoformat(timespec="seconds") if created else ""
    return PageFields(
        headline="" if _MADE_BY_PROGRAM.match(title) else title, published=published, language=language
    )


def _has_table(body: bytes) -> bool:
    """Whether the file's end leads to the table of its objects (ISO 32000-1, 7.5.5)."""
    ends = _END.findall(body[-2_048:])
    return bool(ends) and _TABLE.match(body, int(ends[-1])) is not None
