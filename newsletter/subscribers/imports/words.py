"""The words of headers and cells in a form to compare them by, whatever program wrote them."""

import unicodedata


def compact(text: str) -> str:
    """`text` in lower case without accents, spaces and punctuation: `E-Mail Adresse` is `emailadresse`."""
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(character for character in parts if character.isalnum())


def compact_all(*texts: str) -> frozenset[str]:
    """The compact form of each of them."""
    return frozenset(compact(text) for text in texts)
