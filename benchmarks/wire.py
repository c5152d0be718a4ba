"""How fast messages leave over one connection, near and far, compared in one run with what others can do.

Far: through a proxy that adds 10 ms in each direction, against smtplib with one call per message. Near: over
loopback, beside smtplib and Postfix's smtp-source. All send messages of 20 kB, made beforehand, into the same
recording sink, a process of its own on the same cores; its count is compared with what the client believes.
"""

import smtplib
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.rig import (
    SESSIONS,
    SIZE,
    judged,
    machine,
    processor_seconds,
    sink_process,
    slow_line,
    smtp_source,
)
from newsletter.smtp import chunked, pipelined, plain
from newsletter.smtp.dialogue import Deliver, Envelope
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import open_session
from newsletter.smtp.url import parse_smtp_url
from newsletter.smtp.verdict import Outcome, Verdict
from tests.servers.server import smtp_url
from tests.servers.sink_process import SinkProcess

DELAY = 0.010  # seconds in each direction
ROUNDS = 3  # near; the best counts, for others use this machine, too
SENDER = "news@press.example"
LINE = b'<p>A line of a newsletter, with a <a href=3D"https://press.example/r/">link.</a>\r\n'
Send = Callable[[int, int], None]  # to a port, so many messages


class Client(NamedTuple):
    """A way to send. `target`: times smtplib over the far line."""

    name: str
    send: Send
    far: int
    near: int
    target: float | None = None


class Journal:
    """Counts the messages that were taken."""

    def __init__(self) -> None:
        self.sent = 0

    def handing_over(self, _index: int) -> None:
        """The sink knows better."""

    def answered(self, _index: int, verdict: Verdict, reply: Reply) -> None:
        assert verdict.outcome is Outcome.SENT, str(reply)
        self.sent += 1

    def never_left(self, index: int) -> None:
        message = f"the sink refused message {index}"
        raise AssertionError(message)


def bodies(count: int) -> Iterator[bytes]:
    """Different messages, all of the same length."""
    rest = LINE * ((SIZE - 150) // len(LINE))
    for number in range(count):
        header = b"From: <%b>\r\nSubject: Digest\r\nMessage-ID: <%08d@press.example>\r\n\r\n"
        yield b"".join((header % (SENDER.encode(), number), rest))


def with_smtplib(port: int, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example") as client:
        client.ehlo()
        for number, body in enumerate(bodies(count)):
            client.sendmail(SENDER, [f"reader{number}@readers.example"], body)


def with_ours(deliver: Deliver) -> Send:
    """One of our clients over one session."""

    def send(port: int, count: int) -> None:
        session = open_session(parse_smtp_url(smtp_url(port)), "bench.example")
        envelopes = (
            Envelope(number, SENDER, f"reader{number}@readers.example", body, clean=True)
            for number, body in enumerate(bodies(count))
        )
        journal = Journal()
        stopped = deliver(session, envelopes, journal, lambda: True)
        session.close()
        assert stopped is None, stopped
        assert journal.sent == count

    return send


CLIENTS = (
    Client("smtplib", with_smtplib, 25, 1_000),
    Client("plain", with_ours(plain.deliver), 25, 1_500),
    Client("pipelining", with_ours(pipelined.deliver), 100, 6_000, 3.5),
    Client("chunking", with_ours(chunked.deliver), 2_500, 12_000, 40.0),
)


def rate(sink: SinkProcess, send: Send, port: int, count: int) -> float:
    """Messages per second; what was sent must have been recorded."""
    before = sink.counts()["messages"]
    began = perf_counter()
    send(port, count)
    elapsed = perf_counter() - began
    taken = sink.counts()["messages"] - before
    assert taken == count, f"{count} were sent, and the sink took {taken}"
    return count / elapsed


def far(sink: SinkProcess) -> None:
    print(f"  one connection, {2000 * DELAY:.0f} ms for the round trip")
    reference = 0.0
    with slow_line(sink.port, DELAY) as port:
        for client in CLIENTS:
            figure = rate(sink, client.send, port, client.far)
            reference = reference or figure
            line = f"{figure:9,.1f} a second, {figure / reference:5.1f} × smtplib"
            if client.target is not None:
                times = figure / reference
                line += f", {client.target:g} × asked: {judged(times, client.target)}"
            print(f"    {client.name:<12} {line}")


def near(sink: SinkProcess) -> None:
    print("  one connection over loopback, beside the processor time of the sink for each message")
    busy = partial(processor_seconds, sink.process.pid)
    for client in CLIENTS:
        before, figures = busy(), []
        for _ in range(ROUNDS):
            figures.append(rate(sink, client.send, sink.port, client.near))
        tell(client.name, max(figures), (busy() - before) / (client.near * ROUNDS))
    try:
        before, count = busy(), 10_000
        figures = [smtp_source(sink.port, count) for _ in range(ROUNDS)]
    except LookupError as error:
        print(f"    {error}")
        return
    name = f"smtp-source -d -s {SESSIONS}"
    tell(name, max(figures), (busy() - before) / (count * ROUNDS))


def tell(name: str, figure: float, busy: float) -> None:
    print(f"    {name:<19} {figure:8,.0f} a second ({1e6 / figure:.0f} µs; the sink {busy * 1e6:.0f} µs)")


def main() -> None:
    print(f"wire, {SIZE // 1000} kB messages; {machine()}")
    with sink_process() as sink:
        far(sink)
        near(sink)


if __name__ == "__main__":
    main()
