"""Language tags of pages in the form of BCP 47."""

from newsletter.core import language_tag as tags

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
    text = value.strip().split(".")[0]
    tag = tags.language_tag(_NAMES.get(text.lower(), text))
    return "" if tag[:3].lower() in _NO_LANGUAGE else tag
