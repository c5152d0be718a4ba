"""Growth: how many lanes a process opens. One more is tried as long as the last one was worth it.

A relay that is far away, or answers one command at a time, is waited for most of the time: every connection
more is that many messages more. One next door keeps a single connection busy, and others only get in its way.
"""

import time
from dataclasses import dataclass

from newsletter.core import clock

MEASURE_SECONDS = 0.5
WORTH_IT = 1.15  # times the rate before
BUSY = 0.6  # of one core: a process that computes so much has no use for another connection
# A window lasts at least so long where a relay is fast, because each costs a commit, but is not larger than …
WINDOW_SECONDS = 0.1
LARGEST = 5  # times the ordinary one


@dataclass
class Concurrency:
    """What one process found out; kept from drain to drain."""

    lanes: int = 1
    _rate: float = 0.0  # messages a second
    _rate_before: float = 0.0  # with a lane less
    _settled: bool = False  # the last lane was not worth it
    _since: float = 0.0
    _answers: int = 0
    _cpu: float = 0.0

    def begin(self) -> None:
        """A drain begins: measure anew, from as many lanes as the last one ended with."""
        self._since, self._answers, self._cpu = clock.monotonic(), 0, time.process_time()
        self._rate_before, self._settled = 0.0, False

    def wanted(self, answers: int) -> int:
        """How many lanes there should be, `answers` having come since the drain began."""
        elapsed = clock.monotonic() - self._since
        if elapsed < MEASURE_SECONDS:
            return self.lanes
        self._rate = (answers - self._answers) / elapsed
        busy = (time.process_time() - self._cpu) / elapsed
        self._since, self._answers, self._cpu = clock.monotonic(), answers, time.process_time()
        if self._rate < WORTH_IT * self._rate_before or busy > BUSY:
            self._settled = True
        elif self._rate and not self._settled:
            self._rate_before = self._rate
            self.lanes += 1
        return self.lanes

    def window_size(self, ordinary: int) -> int:
        """How many members a window should have, by the rate of one lane."""
        return max(ordinary, min(LARGEST * ordinary, int(self._rate * WINDOW_SECONDS / self.lanes)))
