"""The words of a server without names: hosts, addresses, links and numbers say nothing of the reason."""

import re
import unicodedata

_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:\"[^\"@\n]{1,64}\"|[^\s<>\"'()\[\],;:]{1,64})@[\w.-]{1,255}(?:\[[\d.]+\])?")
# Words that Exchange writes like names of hosts: RESOLVER.ADR.RecipientNotFound
_DOTTED_WORDS = re.compile(r"\b(?:RESOLVER|STOREDRV|SMTPSEND|ROUTING|QUEUE|AGENT)(?:\.[A-Za-z]+)+")
_WITH_ADDRESS = re.compile(r"\S{1,255}[\[(](?:IPv6:)?[0-9a-fA-F.:]{3,45}[\])]")
# `unknown.Please` is the end of one sentence and the beginning of the next.
_HOST = re.compile(r"\b[\w-]{1,63}(?:\.[\w-]{1,63})*\.(?![A-Z][a-z]+\b)[A-Za-z][\w-]{1,62}\b\.?")
_ARTICLE = re.compile(r"\b(?:[ldsjcm]|qu)['’](?=\w{2})", re.IGNORECASE)  # l'adresse, d'utilisateur
_APOSTROPHE = re.compile(r"['’`´]")
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae"})
_NO_WORD = re.compile(r"[^\w@]+|_+")
_CONTINUED = re.compile(r"(?:^|\s)[2-5]\d\d-(?:[245]\.\d{1,3}\.\d{1,3})?")  # the lines of a reply


def bare_text(text: str) -> str:
    """`text` in lower case, its words between single spaces, with `@` for each address."""
    text = _LINK.sub(" ", text)
    if "@" in text:
        text = _ADDRESS.sub(" @ ", text)
    text = _WITH_ADDRESS.sub(" ", text)
    text = _DOTTED_WORDS.sub(lambda found: found[0].replace(".", " "), text)
    text = _HOST.sub(" ", text)
    text = _APOSTROPHE.sub("", _ARTICLE.sub(" ", _CONTINUED.sub(" ", text)))
    return _NO_WORD.sub(" ", _without_accents(text.lower())).strip()


def _without_accents(text: str) -> str:
    """The same with plain letters where there are some: mail servers write them either way."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFD", text.translate(_LETTERS))
    plain = "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")
    return unicodedata.normalize("NFC", plain)
