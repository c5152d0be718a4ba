"""A message on its way into a sink: how long it is and how it calls itself; its octets only where wanted."""

import re

LONGEST_HEADER = 65_536  # octets in which the Message-ID is looked for
# The blank line, or before it RFC 5322 §3.6.4, on one line or folded behind the colon. That its literal
# beginning is all that `re` compares on most lines makes it cheap; a flag to ignore case would undo that.
_FOUND = re.compile(
    rb"\r\n(?:\r\n|[Mm][Ee][Ss][Ss][Aa][Gg][Ee]-[Ii][Dd]:[ \t]*(?:\r\n[ \t]+)?([^\r\n \t][^\r\n]*)\r\n)"
)


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
        self._header = bytearray()  # of several pieces, while its end is not there
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
        if self._message_id is None:  # it was all header
            self._header += b"\r\n\r\n"
            self._read_header(self._header, 0, len(self._header))
        return (self._message_id or b"").decode("utf-8", "surrogateescape")

    def kept(self) -> bytes | None:
        """The octets without dot-stuffing, where they are kept."""
        if self._kept is None:
            return None
        return bytes(self._kept.replace(b"\r\n.", b"\r\n")[2:] if self._dotted else self._kept)

    def _look(self, buffer: bytearray, start: int, stop: int) -> None:
        """Most often a header arrives whole, and is read where it is."""
        if not self._dotted and not self._header:  # a first chunk has a line end in front, too: its command's
            if start:
                start -= 2
            else:
                self._header += b"\r\n"
        if not self._header and self._read_header(buffer, start, stop):
            return
        self._header += buffer[start:stop]
        self._read_header(self._header, 0, len(self._header))

    def _read_header(self, buffer: bytearray, start: int, stop: int) -> bool:
        """Whether that was enough of it."""
        found = _FOUND.search(buffer, start, stop)
        if found is not None:
            self._message_id = (found[1] or b"").rstrip(b" \t")
        elif stop - start > LONGEST_HEADER:
            self._message_id = b""
        return self._message_id is not None
