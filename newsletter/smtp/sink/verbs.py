"""The commands of SMTP as the sink understands them."""

import base64
import binascii
import re
import socket

from newsletter.smtp.sink.auth import challenge, who
from newsletter.smtp.sink.connection import Connection
from newsletter.smtp.sink.content import Content
from newsletter.smtp.sink.faults import At
from newsletter.smtp.sink.loop import Loop
from newsletter.smtp.sink.state import SinkState

_PATH = rb":<([^<>\r\n\x00]*)>((?: [^ ]+)*)"
_FROM, _TO = re.compile(rb"FROM" + _PATH, re.IGNORECASE), re.compile(rb"TO" + _PATH, re.IGNORECASE)
_OK = (250, "2.0.0 OK")
_BAD_SEQUENCE = (503, "5.5.1 Bad sequence of commands")


class Talk(Connection):
    """One conversation: who greets, who logged in, the transaction that is open."""

    def __init__(self, loop: Loop, sock: socket.socket, house: SinkState) -> None:
        super().__init__(loop, sock, house)
        self._user: str | None = None
        self._asked: list[str] | None = None  # answers to AUTH challenges so far
        self._mechanism = ""
        self._sender: str | None = None
        self._utf8 = False
        self._recipients: list[str] = []
        self._chunks: Content | None = None  # what came of a message in chunks
        self._size = 0  # of the chunk
        self._last = True  # whether the content under way is all there is, or the last chunk
        self._verbs = {
            b"EHLO": self._ehlo,
            b"HELO": self._helo,
            b"STARTTLS": self._starttls,
            b"AUTH": self._auth,
            b"MAIL": self._mail,
            b"RCPT": self._rcpt,
            b"DATA": self._data,
            b"BDAT": self._bdat,
            b"RSET": self._rset,
            b"NOOP": self._noop,
            b"QUIT": self._quit,
        }

    def greet(self) -> None:
        self.answer(At.GREETING, lambda: (220, f"{self.house.options.name} ESMTP sink"))

    def command(self, line: bytes) -> None:
        if self._asked is not None:
            self._auth_answer(line)
            return
        verb, _, rest = line.partition(b" ")
        handler = self._verbs.get(verb.upper())
        if handler is None:
            self.say(500, "5.5.2 Command not recognized")
        else:
            handler(rest)

    def content_arrived(self) -> None:
        content = self._content
        if content is None:
            self.say(*_BAD_SEQUENCE)
        elif self._last:
            self._take(content)
        else:
            self.say(250, f"2.0.0 {self._size} octets")

    def _take(self, content: Content) -> None:
        sender, recipients = self._sender or "", self._recipients
        self._reset()

        def usual() -> tuple[int, str]:
            if self._too_big(content.size):
                return 552, "5.3.4 The message is too big"
            self.take(sender, recipients, content)
            return 250, "2.0.0 Taken"

        self.answer(At.BODY, usual, sender, recipients[0])

    def _too_big(self, size: int) -> bool:
        return bool(self.house.options.size) and size > (self.house.options.size or 0)

    def _reset(self) -> None:
        self._sender = None
        self._utf8 = False
        self._recipients = []
        self._chunks = None

    def _ehlo(self, rest: bytes) -> None:
        def usual() -> tuple[int, str]:
            self._reset()
            words = self.house.options.extensions(encrypted=self.encrypted)
            return 250, "\n".join([self.house.options.name, *words])

        if rest.strip():
            self.answer(At.EHLO, usual)
        else:
            self.say(501, "5.5.4 Who are you?")

    def _helo(self, _rest: bytes) -> None:
        self._reset()
        self.say(250, self.house.options.name)

    def _starttls(self, _rest: bytes) -> None:
        def usual() -> tuple[int, str]:
            self._reset()
            self._user = None
            self.start_tls()
            return 220, "2.0.0 Go ahead"

        if self.house.options.tls is None or self.encrypted:
            self.say(502, "5.5.1 Not offered")
        else:
            self.answer(At.STARTTLS, usual)

    def _mail(self, rest: bytes) -> None:
        if self.house.options.auth_required and self._user is None:
            self.say(530, "5.7.0 Authentication required")
            return
        path = _FROM.fullmatch(rest)
        if self._sender is not None:
            self.say(*_BAD_SEQUENCE)
        elif path is None:
            self.say(501, "5.1.7 Bad sender")
        elif (trouble := self._parameters_wrong(path[2].decode("latin-1").upper().split())) is not None:
            self.say(*trouble)
        else:
            sender = _text(path[1])
            utf8 = b" SMTPUTF8" in path[2].upper()
            self.answer(At.MAIL, lambda: self._begin(sender, utf8), sender)

    def _begin(self, sender: str, utf8: bool) -> tuple[int, str]:
        self._sender = sender
        self._utf8 = utf8
        return _OK

    def _parameters_wrong(self, words: list[str]) -> tuple[int, str] | None:
        options = self.house.options
        for word in words:
            name, _, value = word.partition("=")
            known = (
                (name == "SIZE" and options.size is not None and value.isdecimal())
                or (name == "BODY" and options.eight_bit_mime and value in {"7BIT", "8BITMIME"})
                or (word == "SMTPUTF8" and options.smtputf8)
            )
            if not known:
                return 555, "5.5.4 Unknown parameter"
            if name == "SIZE" and self._too_big(int(value)):
                return 552, "5.3.4 The message is too big"
        return None

    def _rcpt(self, rest: bytes) -> None:
        path = _TO.fullmatch(rest)
        if self._sender is None:
            self.say(*_BAD_SEQUENCE)
        elif path is None or not path[1]:
            self.say(501, "5.1.3 Bad recipient")
        elif not path[1].isascii() and not self._utf8:
            self.say(553, "5.6.7 SMTPUTF8 is needed")
        else:
            recipient = _text(path[1])
            self.answer(At.RCPT, lambda: self._add(recipient), self._sender, recipient)

    def _add(self, recipient: str) -> tuple[int, str]:
        self._recipients.append(recipient)
        return 250, "2.1.5 OK"

    def _data(self, _rest: bytes) -> None:
        if self._sender is None or self._chunks:
            self.say(*_BAD_SEQUENCE)
        elif not self._recipients:
            self.say(554, "5.5.1 No valid recipients")
        else:
            sender, recipient = self._sender, self._recipients[0]

            def usual() -> tuple[int, str]:
                self._last = True
                content = Content(dotted=True, keep=self.house.options.keep_content)
                self.expect_data(content, self.house.script.pick(At.CONTENT, sender, recipient))
                return 354, "Go ahead"

            self.answer(At.DATA, usual, sender, recipient)

    def _bdat(self, rest: bytes) -> None:
        size, _, last = rest.upper().partition(b" ")
        if not self.house.options.chunking:
            self.say(502, "5.5.1 Not offered")
        elif not size.isdigit() or last not in {b"", b"LAST"}:
            self.say(501, "5.5.4 BDAT takes a size")
        else:
            # A chunk that nobody wants is still a chunk: it is swallowed, then refused (RFC 3030 §2).
            rule = None
            if self._sender is not None and self._recipients:
                self._chunks = self._chunks or Content(dotted=False, keep=self.house.options.keep_content)
                rule = self.house.script.pick(At.CONTENT, self._sender, self._recipients[0])
            self._last = last == b"LAST"
            self._size = int(size)
            self.expect_chunk(self._size, self._chunks, rule)

    def _rset(self, _rest: bytes) -> None:
        self._reset()
        self.answer(At.RSET, lambda: _OK)

    def _noop(self, _rest: bytes) -> None:
        self.answer(At.NOOP, lambda: _OK)

    def _quit(self, _rest: bytes) -> None:
        def usual() -> tuple[int, str]:
            self.quit_said = True
            self.finish()
            return 221, "2.0.0 Bye"

        self.answer(At.QUIT, usual)

    def _auth(self, rest: bytes) -> None:
        mechanism, _, initial = rest.partition(b" ")
        options = self.house.options
        self._mechanism = _text(mechanism).upper()
        if not options.users or self._mechanism not in options.mechanisms:
            self.say(504, "5.5.4 Unknown mechanism")
        elif not (self.encrypted or options.auth_in_clear):
            self.say(538, "5.7.11 Encryption required")
        elif self._user is not None:
            self.say(*_BAD_SEQUENCE)
        else:
            self._asked = []
            if initial:
                self._auth_answer(initial)
            else:
                self.say(334, challenge(self._mechanism, 0))

    def _auth_answer(self, line: bytes) -> None:
        asked = self._asked if self._asked is not None else []
        try:
            asked.append(_text(base64.b64decode(line, validate=True)))
        except binascii.Error:
            self._asked = None
            self.say(501, "5.5.2 Not base64, or cancelled")
            return
        if self._mechanism == "LOGIN" and len(asked) < 2:
            self.say(334, challenge(self._mechanism, 1))
            return
        self._asked = None
        self.answer(At.AUTH, lambda: self._log_in(asked))

    def _log_in(self, answers: list[str]) -> tuple[int, str]:
        user = who(self._mechanism, answers, self.house.options.users)
        if user is None:
            return 535, "5.7.8 Authentication credentials invalid"
        self._user = user
        return 235, "2.7.0 Welcome"


def _text(octets: bytes | bytearray) -> str:
    return octets.decode("utf-8", "surrogateescape")
