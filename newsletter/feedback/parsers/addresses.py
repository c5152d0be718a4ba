"""Addresses in the texts of reports, and which of them was written to."""

import re
from email.utils import getaddresses

ADDRESS = re.compile(
    r"(?:\"[^\"@\s]{1,64}\"|[^\s<>\"'()\[\],;:@\\\x00-\x20]{1,64})@(?:[\w-]{1,63}\.){0,8}[\w-]{1,63}",
    re.UNICODE,
)
_XTEXT = re.compile(r"\+(2B|3D)")  # RFC 3461 §4, of what addresses usually have
MOST_RECIPIENTS = 1_000  # of one report


def find_addresses(text: str) -> list[str]:
    """The addresses in `text`, each once."""
    found = (match[0].strip(".").removeprefix("mailto:") for match in ADDRESS.finditer(text))
    return list(dict.fromkeys(found))[:MOST_RECIPIENTS]


def typed_address(value: str) -> str:
    """The address in a field such as `rfc822; <ana@example.org>`; empty for one that is none."""
    kind, _, rest = value.partition(";")
    text = rest if rest and len(kind) < 20 and "@" not in kind else value
    found = ADDRESS.search(_XTEXT.sub(lambda octet: chr(int(octet[1], 16)), text))
    return found[0] if found else ""


def addresses_in(*headers: str) -> list[str]:
    """The addresses in headers such as To, at most 20."""
    texts = [text[:2_000] for text in headers if "@" in text]
    if not texts:
        return []
    return [address for _name, address in getaddresses(texts) if "@" in address][:20]
