"""The sink as a whole: a listening socket and an event loop in a thread of its own."""

import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from newsletter.core.errors import Refused
from newsletter.core.host_names import is_loopback
from newsletter.smtp.sink.fast_path import FastPath
from newsletter.smtp.sink.faults import Script
from newsletter.smtp.sink.loop import Loop
from newsletter.smtp.sink.options import Options
from newsletter.smtp.sink.records import Counts, Record, Recorder
from newsletter.smtp.sink.state import SinkState

BACKLOG = 512


class Sink:
    """A running sink: `with Sink() as sink: … sink.port … sink.records`.

    `record`: a file that gets a JSON line per accepted copy; `remember`: whether `records` has them too;
    `fsync`: whether a record outlives the machine, not only the process. Port 0 takes a free one.
    """

    def __init__(
        self,
        options: Options | None = None,
        script: Script | None = None,
        *,
        port: int = 0,
        record: Path | None = None,
        remember: bool = True,
        fsync: bool = False,
    ) -> None:
        options = options or Options()
        if not is_loopback(options.host):
            raise Refused("sink_host", "A sink listens on loopback only: it accepts mail from anyone.")
        self._recorder = Recorder(record, remember=remember, fsync=fsync)
        self._state = SinkState(options, script or Script(), self._recorder)
        self._loop = Loop()
        self._thread = threading.Thread(target=self._run, name="smtp-sink", daemon=True)
        self._listener: socket.socket | None = None
        self.port = port

    @property
    def options(self) -> Options:
        return self._state.options

    @property
    def records(self) -> list[Record]:
        """What was accepted so far, in order; appended to by the sink's thread."""
        return self._state.records

    @property
    def counts(self) -> Counts:
        """Totals so far, changing while the sink runs."""
        return self._state.counts

    @property
    def open_connections(self) -> int:
        return len(self._state.open)

    @property
    def script(self) -> Script:
        """The faults; may be replaced while the sink runs."""
        return self._state.script

    @script.setter
    def script(self, script: Script) -> None:
        self._state.script = script

    @property
    def url(self) -> str:
        """The `SMTP_URL` that leads here."""
        options = self.options
        host = f"[{options.host}]" if ":" in options.host else options.host
        if options.implicit_tls:
            return f"smtps://{host}:{self.port}"
        return f"smtp://{host}:{self.port}?starttls={'required' if options.tls else 'never'}"

    def start(self) -> "Sink":
        """Listen. Raises `OSError` when the port cannot be had."""
        self._thread.start()
        try:
            self.listen()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop listening, cut every connection, close the file. May be called twice."""
        if self._thread.is_alive():
            self._loop.ask(self._loop.end)
            self._thread.join()
        self._loop.close()
        self._recorder.close()

    def refuse(self) -> None:
        """Let new connections be refused by the kernel, as if nothing ran here. Open ones go on."""
        self._loop.ask(self._stop_listening)

    def listen(self) -> None:
        """Take connections, again if they were refused, on the same port."""
        self._loop.ask(self._listen)

    def __enter__(self) -> "Sink":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listen(self) -> None:
        options = self.options
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setblocking(False)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if options.receive_buffer:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options.receive_buffer)
            listener.bind((options.host, self.port))
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._loop.watch(listener, selectors.EVENT_READ, self._accept)

    def _accept(self, _events: int) -> None:
        assert self._listener is not None  # noqa: S101 - it is watched only while it is there
        with suppress(OSError):  # whoever knocked has gone again
            sock, _ = self._listener.accept()
            sock.setblocking(False)
            # A reply must not wait for the client's acknowledgement of the one before.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            options = self.options
            connection = FastPath(self._loop, sock, self._state)
            self._state.open.add(connection)
            connection.begin(options.tls if options.implicit_tls else None)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._loop.watch(self._listener, 0, self._accept)
            self._listener.close()
            self._listener = None

    def _run(self) -> None:
        try:
            self._loop.run()
        finally:
            self._stop_listening()
            for connection in tuple(self._state.open):
                connection.cut()
