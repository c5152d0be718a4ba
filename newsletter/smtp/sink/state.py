"""What the connections of one sink share."""

from typing import TYPE_CHECKING

from newsletter.smtp.sink.faults import Script
from newsletter.smtp.sink.options import Options
from newsletter.smtp.sink.records import Counts, Record, Recorder

if TYPE_CHECKING:
    from newsletter.smtp.sink.connection import Connection


class SinkState:
    """Options, faults, records, counts and the open connections. `script` may be replaced at any time."""

    def __init__(self, options: Options, script: Script, recorder: Recorder) -> None:
        self.options = options
        self.script = script
        self.counts = Counts()
        self.open: set[Connection] = set()
        self._recorder = recorder

    @property
    def records(self) -> list[Record]:
        return self._recorder.remembered

    def arrived(self) -> int:
        """The number of a new connection, from 1, now that it can be greeted."""
        self.counts.connections += 1
        return self.counts.connections

    def left(self, connection: "Connection") -> None:
        """A connection ended, in whichever way."""
        self.open.discard(connection)
        if connection.number and not connection.quit_said:
            self.counts.lost += 1

    def took(self, records: list[Record], messages: int, octets: int) -> None:
        """Write down what was accepted. Raises `OSError` when that cannot be: then it was not."""
        self._recorder.add(records)
        self.counts.messages += messages
        self.counts.octets += octets
