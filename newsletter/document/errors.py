"""The one error of this package: a document, or the text it was read from, cannot be accepted."""

from newsletter.core.errors import Refused


class DocumentInvalid(Refused):
    """`fields` maps a place in the document (`sections[2].items[0].url`, `line 12`) to a short sentence."""

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__("document_invalid", message, fields)
