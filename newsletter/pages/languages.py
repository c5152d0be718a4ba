"""Language tags of pages in the form of BCP 47."""

import re

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)
# What some pages write instead of a tag.
_NAMES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es",
    "español": "es", "italian": "it", "italiano": "it", "portuguese": "pt", "português": "pt", "arabic": "ar",
    "hebrew": "he", "russian": "ru", "japanese": "ja", "chinese": "zh",
}  # fmt: skip
_NO_LANGUAGE = ("und", "mul", "zxx", "xx")


def language_tag(value: object) -> str:
    """`de_AT` and `DE-at` as `de-AT`; "" for what is no tag, such as a list of several."""
    if not isinstance(value, str):
        return ""
    text = value.strip().split(".")[0].replace("_", "-")
    text = _NAMES.get(text.lower(), text)
    if not _TAG.fullmatch(text) or text[:3].lower() in _NO_LANGUAGE:
        return ""
    first, *rest = text.split("-")
    return "-".join([first.lower(), *(_part(part) for part in rest)])


def _part(part: str) -> str:
    if len(part) == 2:
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part.lower()
