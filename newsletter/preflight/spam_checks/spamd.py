"""A client of spamd, the daemon of SpamAssassin: the request SYMBOLS of its protocol, SPAMC/1.5."""

import re
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.core.errors import Retryable

PORT = 783
SECONDS = 30.0  # for the whole dialogue
LARGEST_ANSWER = 64_000  # octets
_STATUS = re.compile(rb"SPAMD/[\d.]+ 0 ")
# Points are some dozens at most: a number of more digits is an answer that is none.
_POINTS = rb"(-?\d{1,6}(?:\.\d{0,6})?)"
_SPAM = re.compile(rb"^Spam:\s*\w+\s*;\s*%b\s*/\s*%b\s*$" % (_POINTS, _POINTS), re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class SpamScore:
    """The points of a message, and the names of the tests that gave some."""

    score: float
    tests: tuple[str, ...] = ()


def ask_spamd(url: str, message: bytes) -> SpamScore:
    """What the spamd at `url` (`spamd://host:783`) says of a whole message.

    Raises `Retryable` when it does not answer in time, or not in its protocol.
    """
    place = urlsplit(url)
    try:
        answer = _dialogue((place.hostname or "", place.port or PORT), message)
    except OSError as error:
        raise Retryable("spamd", f"SpamAssassin at {url} does not answer: {error}.") from error
    head, _, body = answer.partition(b"\r\n\r\n")
    points = _SPAM.search(head.replace(b"\r\n", b"\n"))
    if not _STATUS.match(head) or points is None:
        raise Retryable("spamd", f"SpamAssassin at {url} gives an answer that cannot be read.")
    names = body.decode("ascii", "replace").split(",")
    return SpamScore(float(points[1]), tuple(name.strip() for name in names if name.strip()))


def _dialogue(place: tuple[str, int], message: bytes) -> bytes:
    until = time.monotonic() + SECONDS
    with socket.create_connection(place, timeout=SECONDS) as connection:
        head = f"SYMBOLS SPAMC/1.5\r\nContent-length: {len(message)}\r\n\r\n"
        connection.sendall(head.encode() + message)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while len(answer) <= LARGEST_ANSWER:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("it took too long")
            connection.settimeout(left)
            received = connection.recv(8192)
            if not received:
                break
            answer += received
        return answer
