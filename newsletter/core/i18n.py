"""Translation by plain gettext, for the web and for email alike; English is what the code says."""

import gettext
from functools import cache

from newsletter.core.paths import translations_dir

DOMAIN = "messages"
SOURCE_LANGUAGE = "en"
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})


@cache
def available() -> tuple[str, ...]:
    """The languages there are: English and each with a compiled catalogue."""
    found = sorted(path.parent.parent.name for path in translations_dir().glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE_LANGUAGE, *(name for name in found if name != SOURCE_LANGUAGE))


@cache
def translations(locale: str) -> gettext.NullTranslations:
    """The catalogue for `locale` (`de`, `de-AT`, `de_AT`), its language's, or English."""
    return gettext.translation(
        DOMAIN, translations_dir(), languages=[locale.replace("-", "_"), language(locale)], fallback=True
    )


def language(locale: str) -> str:
    """The language part of a locale, in lower case."""
    return locale.replace("_", "-").partition("-")[0].lower()


def direction(locale: str) -> str:
    """`rtl` or `ltr`, as the `dir` attribute wants it."""
    return "rtl" if language(locale) in RIGHT_TO_LEFT else "ltr"
