"""What a server answered, and the error for when it did not."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Final

from newsletter.core.errors import Decision, DomainError
from newsletter.pages.page import Trouble

_MAY_PASS: Final = frozenset({Trouble.UNREACHABLE})


@dataclass(frozen=True)
class Response:
    """An answer of any status, after redirects.

    `url` is where it came from in the end, `redirects` are the URLs before it, in order. The keys of
    `headers` are found in any case. `body` is decompressed, but else as it came. `content_type` is in lower
    case and without parameters, `charset` is what the server declares; both are empty without any.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    content_type: str = ""
    charset: str = ""
    redirects: tuple[str, ...] = ()


class FetchFailed(DomainError):
    """There is no answer that could be read. `trouble` is why; `detail` says it in one sentence."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(f"fetch_{trouble}", detail, {"url": detail})
        self.decision = Decision.RETRY if trouble in _MAY_PASS else Decision.REFUSE
        self.trouble = trouble
        self.detail = detail


def read_content_type(value: str) -> tuple[str, str]:
    """Media type and charset of a Content-Type header (RFC 9110 §8.3), in lower case; empty where missing."""
    if not value.strip():
        return "", ""
    header = Message()
    try:
        header["Content-Type"] = value.replace("\r", " ").replace("\n", " ")
        charset = header.get_content_charset("").strip("'\" ")
    except (LookupError, ValueError):
        charset = ""
    declared = value.split(";", 1)[0].strip().lower()
    return declared, charset
