"""Email addresses within texts: find one in each of its spellings, or hide all of them."""

import re
import unicodedata
from typing import Any

ERASED = "[erased]"

# A domain without a dot (`worker@host`) is a machine's.
_ANY = re.compile(r"[^\s<>\"'“”‘’„«»(),;:\[\]{}=/@]+@(?=[^\s<>\"'(),;:\[\]{}@]*\.)")

_EXTENSIONS = "(?:csv|tsv|txt|xlsx?|ods|json|zip|eml|pdf)"  # of files that are named after somebody


def hide_addresses(text: str) -> str:
    """`text` with the local part of each email address replaced by `…`, for what is kept of no person."""
    return _ANY.sub("…@", text) if "@" in text else text


class AddressInText:
    """Finds `email` in texts: in capitals or not, with either form of its domain, composed (NFC) or not."""

    def __init__(self, email: str) -> None:
        local, _, domain = unicodedata.normalize("NFC", email).rpartition("@")
        # As it stands in the text of JSON, too, and folded alike by every database.
        self._is_plain = email.isascii() and not {'"', "\\"} & set(email)
        self._local, self._domain = local, domain
        domains = {re.escape(domain), re.escape(_ascii(domain))}
        # What is only a part of another address is not it: xana@…, x.ana@…, …example.org.uk.
        before, after = r"(?<!\w)(?<!\w[.+%'-])", rf"(?![\w-])(?!\.(?!{_EXTENSIONS}\b)\w)"
        self._pattern = re.compile(
            rf"{before}{re.escape(local)}(?:@|%40)(?:{'|'.join(sorted(domains))}){after}", re.IGNORECASE
        )

    @property
    def like(self) -> str:
        """A pattern of LIKE, with `/` before what is meant literally: no text without a match is wanted."""
        if not self._is_plain:
            return "%@%"
        return f"%{_literal(self._local)}%{_literal(self._domain)}%"

    def is_in(self, text: str) -> bool:
        """Whether the address stands in `text`."""
        return bool(self._pattern.search(unicodedata.normalize("NFC", text)))

    def erase(self, text: str) -> str:
        """`text` with `ERASED` for each time that the address stands in it; the same when it does not."""
        composed = unicodedata.normalize("NFC", text)
        erased, times = self._pattern.subn(ERASED, composed)
        return erased if times else text

    def erase_in(self, value: Any) -> Any:
        """The same for every text in a value of JSON."""
        if isinstance(value, str):
            return self.erase(value)
        if isinstance(value, list):
            return [self.erase_in(each) for each in value]
        if isinstance(value, dict):
            return {self.erase(name): self.erase_in(each) for name, each in value.items()}
        return value


def _ascii(domain: str) -> str:
    from newsletter.core.idn import to_ascii_domain  # every process writes logs, few ask for this

    try:
        return to_ascii_domain(domain)
    except ValueError:  # kept by an earlier version, with other rules
        return domain


def _literal(text: str) -> str:
    return re.sub(r"([%_/])", r"/\1", text)
