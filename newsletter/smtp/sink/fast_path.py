"""What a well-behaved client says, understood in one look each: MAIL, RCPT, and DATA or BDAT.

Line by line, and with every rule asked, a command costs five times as much. So this is taken only where no
rule could fire, and only when the words are the usual ones; all else is left to `verbs`, in which everything
can be said.
"""

import re

from newsletter.smtp.sink.content import Content
from newsletter.smtp.sink.verbs import Talk

_MAIL = re.compile(
    rb"(RSET\r\n)?MAIL FROM:<([^<>\x00-\x20\x7f-\xff]*)>(?: SIZE=(\d{1,15}))?( BODY=8BITMIME)?\r\n"
)
_RCPT = re.compile(rb"RCPT TO:<([^<>\x00-\x20\x7f-\xff]+)>\r\n")
_BDAT = re.compile(rb"BDAT (\d{1,15}) LAST\r\n")
_DATA = b"DATA\r\n"


class FastPath(Talk):
    """The talk of a sink."""

    def commands(self, buffer: bytearray, at: int, end: int) -> int:
        if not self._nothing_special():
            return at
        if self._sender is None:
            at = self._take_mail(buffer, at, end)
            if self._sender is None:
                return at
        if not self._recipients:
            rcpt = _RCPT.match(buffer, at, end)
            if rcpt is None:
                return at
            self._recipients.append(rcpt[1].decode())
            self._replies += b"250 2.1.5 OK\r\n"
            at = rcpt.end()
        return at if self._chunks is not None else self._take_data_or_bdat(buffer, at, end)

    def content_arrived(self) -> None:
        content = self._content
        if content is None or not self._last or not self._nothing_special() or self._too_big(content.size):
            super().content_arrived()
            return
        self.take(self._sender or "", self._recipients, content)
        self._reset()
        self._replies += b"250 2.0.0 Taken\r\n"

    def _nothing_special(self) -> bool:
        if not self.state.script.spares_transactions or self._asked is not None:
            return False
        return self._user is not None or not self.state.options.auth_required

    def _take_mail(self, buffer: bytearray, at: int, end: int) -> int:
        mail = _MAIL.match(buffer, at, end)
        if mail is None:
            return at
        reset, sender, size, eight_bit = mail.groups()
        options = self.state.options
        if size is not None and (options.size is None or self._too_big(int(size))):
            return at
        if eight_bit is not None and not options.eight_bit_mime:
            return at
        self._sender = sender.decode()
        self._replies += b"250 2.0.0 OK\r\n" if reset is None else b"250 2.0.0 OK\r\n250 2.0.0 OK\r\n"
        return mail.end()

    def _take_data_or_bdat(self, buffer: bytearray, at: int, end: int) -> int:
        keep = self.state.options.keep_content
        if buffer.startswith(_DATA, at, end):
            self._last = True
            self.expect_data(Content(dotted=True, keep=keep), None)
            self._replies += b"354 Go ahead\r\n"
            return at + len(_DATA) - 2  # the line end is also the one in front of the body's first line
        bdat = _BDAT.match(buffer, at, end) if self.state.options.chunking else None
        if bdat is None:
            return at
        self._last = True
        self._chunks = Content(dotted=False, keep=keep)
        self.expect_chunk(int(bdat[1]), self._chunks, None)
        return bdat.end()
