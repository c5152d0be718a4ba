"""One connection to the sink: framing of lines, bodies and chunks; replies, delays and ends."""

import enum
import re
import socket
from abc import abstractmethod
from collections.abc import Callable

from newsletter.smtp.sink.content import Content
from newsletter.smtp.sink.faults import Act, At, Rule
from newsletter.smtp.sink.loop import Loop
from newsletter.smtp.sink.records import Record
from newsletter.smtp.sink.state import SinkState
from newsletter.smtp.sink.stream import Stream

LONGEST_LINE = 8_192
END = re.compile(rb"\r\n\.\r\n")  # the way of `re` through a body is shorter than that of `find`


class Mode(enum.Enum):
    """What the next octets are."""

    COMMAND = enum.auto()
    DATA = enum.auto()
    CHUNK = enum.auto()
    DEAF = enum.auto()  # whatever comes is thrown away


class Connection(Stream):
    """The machine below the verbs; `Talk` in `verbs` adds what the commands mean.

    What arrives is worked off in one go; records made on the way are written first, the replies after them.
    """

    def __init__(self, loop: Loop, sock: socket.socket, state: SinkState) -> None:
        super().__init__(loop, sock)
        self.state = state
        self.number = 0  # from 1, once it is there
        self.quit_said = False
        self._mode = Mode.COMMAND
        self._content: Content | None = None  # what the body or chunk belongs to, if anybody wants it
        self._wanted = 0  # octets of the chunk that are missing
        self._drop_after: int | None = None  # octets of the body or chunk
        self._tls_wanted = False
        self._finishing = False
        self._at_once = not (state.options.latency or state.options.dribble)
        self._replies = bytearray()
        self._records: list[Record] = []  # not written yet, of so many messages and octets
        self._messages = 0
        self._octets = 0

    # What the verbs supply.

    @abstractmethod
    def commands(self, buffer: bytearray, at: int, end: int) -> int:
        """Act on those commands from `at` to `end` that need no `command`; where the rest begins."""

    @abstractmethod
    def command(self, line: bytes) -> None:
        """Act on one command line, without its CRLF."""

    @abstractmethod
    def content_arrived(self) -> None:
        """The body or chunk that was expected is complete."""

    @abstractmethod
    def greet(self) -> None:
        """Say the greeting."""

    # What the stream calls.

    def opened(self) -> None:
        self.number = self.state.arrived()
        rule = self.state.script.pick(At.CONNECT)
        if rule is not None and rule.do is Act.DROP:
            self.cut()
            return
        self.greet()
        self._flush()

    def gone(self) -> None:
        self._mode = Mode.DEAF
        self.state.left(self)

    def work(self, buffer: bytearray, end: int) -> int:
        at = 0
        while not self._held and (at < end or self._mode is Mode.CHUNK):  # a chunk may be empty
            before, mode = at, self._mode
            if mode is Mode.COMMAND:
                at = self.commands(buffer, at, end)
                if at == before:
                    at = self._take_line(buffer, at, end)
            elif mode is Mode.CHUNK:
                at = self._take_chunk(buffer, at, end)
            elif mode is Mode.DATA:
                at = self._take_body(buffer, at, end)
            if at == before and self._mode is mode:
                break
        self._flush()
        return end if self._mode is Mode.DEAF else at

    # Tools for the verbs.

    def say(self, code: int, text: str) -> None:
        """Add a reply to those that leave together."""
        lines = text.split("\n")
        for line in lines[:-1]:
            self._replies += b"%d-%b\r\n" % (code, line.encode())
        self._replies += b"%d %b\r\n" % (code, lines[-1].encode())

    def take(self, sender: str, recipients: list[str], content: Content) -> None:
        """Have a message written down before the next reply leaves."""
        size, message_id, kept = content.size, content.message_id, content.kept()
        for recipient in recipients:
            self._records.append(Record(recipient, message_id, sender, size, self.number, kept))
        self._messages += 1
        self._octets += size

    def answer(
        self, at: At, usual: Callable[[], tuple[int, str]], sender: str = "", recipient: str = ""
    ) -> None:
        """Reply with what `usual` does and returns, unless a rule knows better."""
        rule = self.state.script.pick(at, sender, recipient)
        if rule is None:
            self.say(*usual())
        else:
            self._misbehave(rule, usual)

    def expect_data(self, content: Content, rule: Rule | None) -> None:
        """From here on a body, to the final dot; `rule` is the fault that befalls it on its way."""
        self._mode = Mode.DATA
        self._content = content
        self._drop_after = None
        if rule is not None:
            self._befall(rule)

    def expect_chunk(self, size: int, content: Content | None, rule: Rule | None) -> None:
        """From here on `size` octets of a chunk, which nobody wants if there is no `content`."""
        self._mode = Mode.CHUNK
        self._content = content
        self._wanted = size
        self._drop_after = None
        if rule is not None:
            self._befall(rule)

    def finish(self) -> None:
        """Hear no more, and close when what is said has left."""
        self._mode = Mode.DEAF
        self._finishing = True

    def end(self) -> None:
        """Finish at once."""
        self.finish()
        self._flush()

    def start_tls(self) -> None:
        """Handshake once the 220 has left; what was pipelined behind it is thrown away (RFC 3207 §4.2)."""
        self._mode = Mode.DEAF
        self._tls_wanted = True

    # The machine.

    def _take_line(self, buffer: bytearray, at: int, end: int) -> int:
        stop = buffer.find(b"\r\n", at, end)
        if stop < 0:
            if end - at > LONGEST_LINE:
                self.say(500, "5.5.2 A line without end")
                self.end()
            return at
        self.command(bytes(buffer[at:stop]))
        # The line end of DATA is also the one in front of the body's first line.
        return stop if self._mode is Mode.DATA else stop + 2

    def _take_body(self, buffer: bytearray, at: int, end: int) -> int:
        body_end = END.search(buffer, at, end)
        # The octets in which the end may have begun come again.
        stop = max(at, end - 4) if body_end is None else body_end.start() + 2
        if self._dropped((end if body_end is None else stop) - at, stop - at):
            return end
        if self._content is not None and stop > at:
            self._content.add(buffer, at, stop)
        if body_end is None:
            return stop
        self._mode = Mode.COMMAND
        self.content_arrived()
        return body_end.end()

    def _take_chunk(self, buffer: bytearray, at: int, end: int) -> int:
        size = min(self._wanted, end - at)
        if self._dropped(size, size):
            return end
        if self._content is not None:
            self._content.add(buffer, at, at + size)
        self._wanted -= size
        if not self._wanted:
            self._mode = Mode.COMMAND
            self.content_arrived()
        return at + size

    def _dropped(self, here: int, taken: int) -> bool:
        """Whether the connection had to be dropped, now that so many octets of the content are here."""
        if self._drop_after is None:
            return False
        if here < self._drop_after:
            self._drop_after -= taken
            return False
        self._mode = Mode.DEAF
        self._flush()
        self.cut()
        return True

    def _befall(self, rule: Rule) -> None:
        """Let `rule` happen to the content that is on its way."""
        if rule.do is Act.DROP:
            self._drop_after = rule.octets
            return
        self._flush()
        self.pause()
        self._hold(rule.seconds if rule.do is Act.STALL else None, lambda: None)

    def _misbehave(self, rule: Rule, usual: Callable[[], tuple[int, str]]) -> None:
        match rule.do:
            case Act.REPLY:
                if rule.code < 400:
                    usual()
                self.say(rule.code, rule.text)
                if rule.code == 421 or (rule.at is At.GREETING and rule.code >= 400):
                    self.end()
            case Act.EXTRA:
                self.say(*usual())
                self.say(rule.code, rule.text)
            case Act.STALL:
                self._flush()
                self._hold(rule.seconds, lambda: self._say_late(usual))
            case _:
                if rule.recorded:
                    usual()
                self._flush()
                self._mode = Mode.DEAF
                if rule.do is Act.DROP:
                    self.end()

    def _say_late(self, usual: Callable[[], tuple[int, str]]) -> None:
        self.say(*usual())
        if self._mode is Mode.DATA:
            self._left[:0] = b"\r\n"  # the one of the command was taken when it came

    def _hold(self, seconds: float | None, then: Callable[[], None]) -> None:
        """Work nothing off for a while (None: for good), then do `then` and go on."""
        self.hold()
        if seconds is not None:
            self._loop.later(seconds, lambda: self.go_on(then))

    def _flush(self) -> None:
        """Write the records, then the replies that vouch for them."""
        if self._records:
            try:
                self.state.took(self._records, self._messages, self._octets)
            except OSError:  # not recorded, so not accepted
                self._replies.clear()
                self.cut()
            self._records = []
            self._messages = self._octets = 0
        if self._replies:
            replies, self._replies = self._replies, bytearray()
            if self._at_once:
                self.send(replies)
            else:
                self._later(lambda: self._write(replies))
        tls = self.state.options.tls
        if self._tls_wanted and tls is not None:
            self._tls_wanted = False
            self.pause()
            self._later(lambda: self.encrypt(tls, self._talk_again))
        if self._finishing:
            self._finishing = False
            self._later(self.close)

    def _talk_again(self) -> None:
        self._mode = Mode.COMMAND

    def _later(self, act: Callable[[], object]) -> None:
        """After the latency, in the order of asking."""
        if self.state.options.latency:
            self._loop.later(self.state.options.latency, act)
        else:
            act()

    def _write(self, octets: bytearray) -> None:
        if not self.state.options.dribble:
            self.send(octets)
            return
        for octet in octets:
            self.send(bytes((octet,)))
