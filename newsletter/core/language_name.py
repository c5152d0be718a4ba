"""What a language is called."""

from newsletter.core.dates import babel_locale


def language_name(tag: str, inside: str = "en") -> str:
    """`German` for `de`, in the language `inside`; the tag itself where CLDR knows none."""
    locale = babel_locale(tag)
    known = tag.lower().replace("_", "-").partition("-")[0] == locale.language
    return (locale.get_display_name(babel_locale(inside)) if known else None) or tag


def own_language_name(tag: str) -> str:
    """`Deutsch` for `de`: the name for those who speak it."""
    name = language_name(tag, tag)
    return name[:1].upper() + name[1:]
