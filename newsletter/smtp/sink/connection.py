"""One connection to the sink: framing of lines, bodies and chunks; replies, delays and ends."""

import asyncio
import enum
from collections.abc import Callable

from newsletter.smtp.sink.faults import Act, At, Rule
from newsletter.smtp.sink.house import House
from newsletter.smtp.sink.records import Record

LONGEST_LINE = 8_192
END = b"\r\n.\r\n"


class Mode(enum.Enum):
    """What the next octets are."""

    COMMAND = enum.auto()
    DATA = enum.auto()
    CHUNK = enum.auto()
    DEAF = enum.auto()  # whatever comes is thrown away


class Connection(asyncio.Protocol):
    """The machine below the verbs; `Talk` in `verbs` adds what the commands mean.

    What arrives is worked off in one go; records made on the way are written first, the replies after them.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.number = 0
        self.quit_said = False
        self.encrypted = house.options.implicit_tls
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._mode = Mode.COMMAND
        self._buffer = bytearray()
        self._scanned = 0
        self._wanted = 0  # octets of the current chunk
        self._drop_after: int | None = None
        self._held = False
        self._tls_wanted = False
        self._replies: list[bytes] = []
        self._records: list[Record] = []

    # What the verbs supply.

    def command(self, line: bytes) -> None:
        """Act on one command line, without its CRLF."""
        raise NotImplementedError

    def body_arrived(self, buffer: bytearray, end: int) -> None:
        """A DATA body is in `buffer` up to `end`: a CRLF that is not its own, then its dot-stuffed lines."""
        raise NotImplementedError

    def chunk_arrived(self, chunk: bytes) -> None:
        """A BDAT chunk is complete."""
        raise NotImplementedError

    def greet(self) -> None:
        """Say the greeting."""
        raise NotImplementedError

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream protocol gets nothing else
        self._transport = transport
        self.number = self.house.arrived(self)
        rule = self.house.script.pick(At.CONNECT)
        if rule is not None and rule.do is Act.DROP:
            self.end(abruptly=True)
            return
        self.greet()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._mode = Mode.DEAF
        self._transport = None
        self._buffer.clear()
        self.house.left(self)

    def data_received(self, data: bytes) -> None:
        if self._mode is Mode.DEAF:
            return
        self._buffer += data
        self._work()

    # Tools for the verbs.

    def say(self, code: int, text: str) -> None:
        """Add a reply to those that leave together."""
        lines = text.split("\n")
        self._replies.extend(b"%d-%b\r\n" % (code, line.encode()) for line in lines[:-1])
        self._replies.append(b"%d %b\r\n" % (code, lines[-1].encode()))

    def record(self, record: Record) -> None:
        """Have `record` written before the next reply leaves."""
        self._records.append(record)

    def answer(
        self, at: At, usual: Callable[[], tuple[int, str]], sender: str = "", recipient: str = ""
    ) -> None:
        """Reply with what `usual` does and returns, unless a rule knows better."""
        rule = self.house.script.pick(at, sender, recipient)
        if rule is None:
            self.say(*usual())
        else:
            self._misbehave(rule, usual)

    def expect_data(self, rule: Rule | None) -> None:
        """From here on a body, to the final dot; `rule` is the fault that befalls it on its way."""
        self._mode = Mode.DATA
        # A line end in front, so that an empty body and a dot in the first line need no exception.
        self._buffer[:0] = b"\r\n"
        self._start_content(rule)

    def expect_chunk(self, size: int, rule: Rule | None) -> None:
        """From here on `size` octets of a chunk."""
        self._mode = Mode.CHUNK
        self._wanted = size
        self._start_content(rule)

    def end(self, *, abruptly: bool = False) -> None:
        """Close: after what was said has left, or at once."""
        self._mode = Mode.DEAF
        self._flush()
        if self._transport is None:
            return
        if abruptly:
            self._transport.abort()
        else:
            self._later(self._transport.close)

    def cut(self) -> None:
        """Close at once; what was said and has not left is lost."""
        self._mode = Mode.DEAF
        if self._transport is not None:
            self._transport.abort()

    def start_tls(self) -> None:
        """Handshake once the 220 has left; what was pipelined behind it is thrown away (RFC 3207 §4.2)."""
        self._mode = Mode.DEAF
        self._tls_wanted = True

    # The machine.

    def _work(self) -> None:
        while not self._held and self._step():
            pass
        self._flush()

    def _step(self) -> bool:
        """Whether something complete was in the buffer and has been dealt with."""
        if self._mode is Mode.COMMAND:
            return self._take_line()
        if self._mode is Mode.DATA:
            return self._take_body()
        return self._mode is Mode.CHUNK and self._take_chunk()

    def _take_line(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            if len(self._buffer) > LONGEST_LINE:
                self.say(500, "5.5.2 A line without end")
                self.end()
            return False
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        self.command(line)
        return True

    def _take_body(self) -> bool:
        if self._drop_now():
            return False
        end = self._buffer.find(END, self._scanned)
        if end < 0:
            self._scanned = max(0, len(self._buffer) - len(END) + 1)
            return False
        self._mode = Mode.COMMAND
        self._scanned = 0
        self.body_arrived(self._buffer, end + 2)
        del self._buffer[: end + len(END)]
        return True

    def _take_chunk(self) -> bool:
        if self._drop_now() or len(self._buffer) < self._wanted:
            return False
        chunk = bytes(self._buffer[: self._wanted])
        del self._buffer[: self._wanted]
        self._mode = Mode.COMMAND
        self.chunk_arrived(chunk)
        return True

    def _start_content(self, rule: Rule | None) -> None:
        self._scanned = 0
        self._drop_after = None
        if rule is None:
            return
        if rule.do is Act.DROP:
            self._drop_after = rule.octets
        elif self._transport is not None:
            # Not reading at all is what fills a client's buffers.
            self._flush()
            self._transport.pause_reading()
            self._hold(rule.seconds if rule.do is Act.STALL else None, self._transport.resume_reading)

    def _drop_now(self) -> bool:
        if self._drop_after is None or len(self._buffer) < self._drop_after:
            return False
        self.end(abruptly=True)
        return True

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
                self._hold(rule.seconds, lambda: self.say(*usual()))
            case Act.DROP | Act.SILENT:
                if rule.recorded:
                    usual()
                self._flush()
                self._mode = Mode.DEAF
                if rule.do is Act.DROP:
                    self.end()

    def _hold(self, seconds: float | None, then: Callable[[], None]) -> None:
        """Work nothing off for a while (None: for good), then do `then` and go on."""
        self._held = True
        if seconds is None:
            return

        def resume() -> None:
            self._held = False
            if self._transport is not None:
                then()
                self._work()

        self._loop.call_later(seconds, resume)

    def _flush(self) -> None:
        """Write the records, then the replies that vouch for them."""
        if self._records:
            self.house.took(self._records)
            self._records = []
        if self._replies:
            octets = b"".join(self._replies)
            self._replies = []
            self._later(lambda: self._write(octets))
        if self._tls_wanted and self._transport is not None:
            self._tls_wanted = False
            self._transport.pause_reading()
            self._later(lambda: self.house.keep(self._loop.create_task(self._handshake())))

    def _later(self, act: Callable[[], object]) -> None:
        """After the latency, in the order of asking."""
        if self.house.options.latency:
            self._loop.call_later(self.house.options.latency, act)
        else:
            act()

    def _write(self, octets: bytes) -> None:
        if self._transport is None:
            return
        if not self.house.options.dribble:
            self._transport.write(octets)
            return
        for octet in octets:
            self._transport.write(bytes((octet,)))

    async def _handshake(self) -> None:
        tls, plain = self.house.options.tls, self._transport
        if tls is None or plain is None:
            return
        # The first encrypted command may arrive before this task goes on: it waits in the buffer.
        self._buffer.clear()
        self._mode = Mode.COMMAND
        self._held = True
        try:
            upgraded = await self._loop.start_tls(plain, self, tls, server_side=True)
        except OSError:
            plain.abort()
            return
        if upgraded is None:
            return
        self._transport = upgraded
        self.encrypted = True
        self._held = False
        self._work()
