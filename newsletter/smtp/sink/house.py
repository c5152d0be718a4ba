"""What the connections of one sink share."""

import asyncio
from typing import TYPE_CHECKING

from newsletter.smtp.sink.faults import Script
from newsletter.smtp.sink.options import Options
from newsletter.smtp.sink.records import Counts, Record, Recorder

if TYPE_CHECKING:
    from newsletter.smtp.sink.connection import Connection


class House:
    """Options, faults, records, counts and the open connections. `script` may be replaced at any time."""

    def __init__(self, options: Options, script: Script, recorder: Recorder) -> None:
        self.options = options
        self.script = script
        self.counts = Counts()
        self.open: set[Connection] = set()
        self._recorder = recorder
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def records(self) -> list[Record]:
        return self._recorder.remembered

    def arrived(self, connection: "Connection") -> int:
        """The number of a new connection, from 1."""
        self.open.add(connection)
        self.counts.connections += 1
        return self.counts.connections

    def left(self, connection: "Connection") -> None:
        """A connection ended, in whichever way."""
        self.open.discard(connection)
        if not connection.quit_said:
            self.counts.lost += 1

    def took(self, records: list[Record]) -> None:
        """Write down what was accepted."""
        self._recorder.add(records)

    def keep(self, task: asyncio.Task[None]) -> None:
        """Hold on to `task` until it is done: the loop alone would not."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait for the tasks that are still at work."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
