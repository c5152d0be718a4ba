"""Charsets as pages, feeds and mails name them: Python knows more codecs than there are charsets of texts."""

import codecs

# Escapes are no charsets. To decode Punycode takes time by the square of its length: hours for a large text.
_NO_CHARSETS = {"punycode", "idna", "undefined", "unicode-escape", "raw-unicode-escape"}


def text_charset(name: str) -> str:
    """Python's name of the charset that is called `name`, in any spelling; empty when no text is in it."""
    try:
        found = codecs.lookup(name.strip()).name.replace("_", "-")
        "a".encode(found)  # refuses what is not between octets and text, such as Base64
    except (LookupError, ValueError):
        return ""
    return "" if found in _NO_CHARSETS else found
