"""The number of a reader's variant by the rule in Python, to compare with what the database chooses."""

from newsletter.document import Document
from newsletter.rendering.variant import MOST_CONDITIONS, Reader, conditions_of, edition_place, is_visible


def number_for(document: Document, reader: Reader, publication_language: str = "") -> int:
    """The number of the variant that `reader` gets; 0 where all get the same."""
    met = (is_visible(condition, reader) for condition in conditions_of(document))
    seen = sum(1 << place for place, seen in enumerate(met) if seen)
    return seen | edition_place(document, reader.language, publication_language) << MOST_CONDITIONS
