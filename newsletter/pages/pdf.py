"""Title and date of a PDF, from its document information (ISO 32000-1, 14.3.3)."""

import io
import re

from newsletter.pages.languages import language_tag
from newsletter.pages.page import PageFields
from newsletter.pages.plain import plain_line

LARGEST = 30_000_000  # octets; a broken file is searched from end to end
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
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of each fault of a file
    try:
        reader = PdfReader(io.BytesIO(body), strict=False)
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
