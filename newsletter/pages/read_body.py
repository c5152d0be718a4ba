"""The body of an answer, decompressed, and never more of it than was asked for."""

from typing import Final

from urllib3.response import BaseHTTPResponse

from newsletter.pages.page import Trouble
from newsletter.pages.response import FetchFailed

CODINGS: Final = ("gzip", "deflate")  # those of Python itself, which can be limited
_AT_ONCE: Final = 65_536  # octets; decompression is limited to this, too


def read_body(answer: BaseHTTPResponse, most_octets: int) -> bytes:
    """All octets of the body. Raises `FetchFailed` for more than `most_octets`, compressed or decompressed.

    Errors of the connection and of the compression are those of urllib3.
    """
    _refuse_unknown_coding(answer)
    declared = answer.headers.get("Content-Length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > most_octets:
        raise too_large(most_octets, int(declared[:20]))
    body = bytearray()
    while octets := answer.read(_AT_ONCE, decode_content=True):
        body += octets
        if len(body) > most_octets or answer.tell() > most_octets:
            raise too_large(most_octets)
    return bytes(body)


def too_large(most_octets: int, octets: int = 0) -> FetchFailed:
    """The error for a body of so many `octets`, where they are known."""
    size = f"It has {octets / 1e6:,.0f} MB" if octets >= 1_000_000 else "It is too large"
    return FetchFailed(Trouble.TOO_LARGE, f"{size}; at most {most_octets / 1e6:g} MB are fetched.")


def _refuse_unknown_coding(answer: BaseHTTPResponse) -> None:
    """urllib3 hands over what it cannot decompress as if it were the text."""
    value = answer.headers.get("Content-Encoding", "")
    if value.strip().lower() not in {"", "identity", "x-gzip", *CODINGS}:
        raise FetchFailed(Trouble.UNREACHABLE, "The answer is compressed in a way that was not asked for.")
