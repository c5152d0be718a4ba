"""A message on its way into a sink: how long it is and how it calls itself; its octets only where wanted."""

import re

LONGEST_HEADER = 65_536  # octets in which the Message-ID is looked for
_NAME = b"\r\nmessage-id:"
# RFC 5322 §3.6.4, on one line or folded behind the colon.
_MESSAGE_ID = re.compile(rb"\r\nmessage-id:[ \t]*(?:\r\n[ \t]+)?([^\r\n]*?)[ \t]*\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"


class Content:
    """Takes a message piece by piece. No more of it is looked at, or copied, than its header.

    `dotted`: it is dot-stuffed, and a CRLF that is not its own comes first (the one of the DATA command), so
    that an empty body and a dot in the first line need no exception.
    """

    __slots__ = ("_dotted", "_header", "_kept", "_message_id", "size")

    def __init__(self, *, dotted: bool, keep: bool) -> None:
        self.size = -2 if dotted else 0
        self._dotted = dotted
        self._message_id: bytes | None = None
        self._header = bytearray() if dotted else bytearray(b"\r\n")  # while its end is not there
        self._kept = bytearray() if keep else None

    def add(self, buffer: bytearray, start: int, stop: int) -> None:
        """The next piece is in `buffer` from `start` to `stop`."""
        self.size += stop - start
        if self._kept is not None:
            self._kept += buffer[start:stop]
        if self._message_id is None:
            self._look(buffer, start, stop)

    @property
    def message_id(self) -> str:
        """As it stands in the header, empty where there is none."""
        found = _find(self._header) if self._message_id is None else self._message_id
        return found.decode("utf-8", "surrogateescape")

    def kept(self) -> bytes | None:
        """The octets without dot-stuffing, where they are kept."""
        if self._kept is None:
            return None
        return bytes(self._kept.replace(b"\r\n.", b"\r\n")[2:] if self._dotted else self._kept)

    def _look(self, buffer: bytearray, start: int, stop: int) -> None:
        header, seen = self._header, len(self._header)
        stop = min(stop, start + LONGEST_HEADER)
        end = buffer.find(_END, start, stop)
        header += buffer[start : stop if end < 0 else end + len(_END)]
        # The blank line may have begun with the piece before.
        end = header.find(_END, max(0, seen - len(_END) + 1))
        if end >= 0 or len(header) > LONGEST_HEADER:
            self._message_id = _find(header[: end + len(_END)] if end >= 0 else header)
            header.clear()


def _find(header: bytearray) -> bytes:
    at = header.lower().find(_NAME)
    found = _MESSAGE_ID.match(header, at) if at >= 0 else None
    return found[1] if found else b""
