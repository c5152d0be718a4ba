"""The languages that a published issue is in, as its page offers them to readers and to programs."""

from dataclasses import dataclass

from babel import Locale
from babel.core import get_global

from newsletter.core.dates import babel_locale
from newsletter.core.i18n import direction
from newsletter.core.language_name import own_language_name
from newsletter.document import Document
from newsletter.rendering.variant import languages_of


@dataclass(frozen=True)
class InLanguage:
    """The issue in a language: its BCP 47 tag, own name and direction; `edition` is empty for its own."""

    tag: str
    name: str
    direction: str
    edition: str

    @property
    def og_locale(self) -> str:
        """The same as the Open Graph protocol writes it, with the territory where most speak it: `de_DE`."""
        locale = babel_locale(self.tag)
        likely = get_global("likely_subtags").get(locale.language, "")
        territory = locale.territory or (Locale.parse(likely).territory if likely else None)
        return f"{locale.language}_{territory}" if territory else locale.language


def languages_offered(document: Document, publication_language: str) -> list[InLanguage]:
    """The issue's own language, then those of its editions; none for an issue in one language alone."""
    if not document.editions:
        return []
    own, *others = languages_of(document, publication_language)
    pairs = [(own, ""), *((tag, tag) for tag in others)]
    return [InLanguage(tag, own_language_name(tag), direction(tag), edition) for tag, edition in pairs]
