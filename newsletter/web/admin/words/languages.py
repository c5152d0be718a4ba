"""What may be chosen where one can also type: languages."""

from functools import cache

from babel import Locale
from babel.localedata import locale_identifiers

from newsletter.core.language_name import language_name
from newsletter.web.admin.formats import page_locale


@cache
def languages() -> tuple[tuple[str, str], ...]:
    """Codes and English names of the languages that dates can be written in, by name."""
    names = Locale("en").languages
    codes = {
        identifier for identifier in locale_identifiers() if "_" not in identifier and identifier != "root"
    }
    codes |= {"pt_BR", "zh_Hans", "zh_Hant", "en_GB", "fr_CA", "es_MX"}
    named = (
        (code.replace("_", "-"), names.get(code) or Locale.parse(code).get_display_name("en"))
        for code in codes
    )
    return tuple(sorted(((code, name or code) for code, name in named), key=lambda pair: pair[1].casefold()))


def language_words(tag: str) -> str:
    """`German` for `de`, in the page's language."""
    name = language_name(tag, str(page_locale()).replace("_", "-"))
    return name[:1].upper() + name[1:]
