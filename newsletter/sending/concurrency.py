"""Concurrency: how many lanes a process opens. One more is tried as long as the last one was worth it.

A relay that is far away, or answers one command at a time, is waited for most of the time: every connection
more is that many messages more. One next door keeps a single connection busy, and others only get in its way.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.core import clock
from newsletter.sending.lanes import Lanes
from newsletter.transports.transport_config import TransportConfig

MEASURE_SECONDS = 0.5
WORTHWHILE_GAIN = 1.15  # times the rate before
BUSY = 0.6  # of one core: a process that computes so much has no use for another connection
# A window lasts at least so long where a relay is fast, because each costs a commit, but is not larger than …
WINDOW_SECONDS = 0.1
LARGEST = 5  # times the ordinary one


@dataclass
class Concurrency:
    """How many lanes pay in one process, as measured; kept from drain to drain."""

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

    def open_lanes(
        self, lanes: Lanes, answers: int, transports: Sequence[TransportConfig], processes: int
    ) -> None:
        """Open as many lanes as pay, within this process's share of the connections that transports allow.

        `answers`: how many messages were answered since the drain began; `processes`: how many share the
        connections. Further lanes open once all are busy: most mailings of a small list are one window.
        """
        allowed = max((transport.limits.connections for transport in transports), default=1)
        wanted = min(max(1, allowed // processes), self.wanted(answers))
        if not lanes:
            lanes.open_another()
        elif lanes.under_way >= len(lanes):
            for _ in range(wanted - len(lanes)):
                lanes.open_another()

    def wanted(self, answers: int) -> int:
        """How many lanes pay, `answers` having come since the drain began."""
        elapsed = clock.monotonic() - self._since
        if elapsed < MEASURE_SECONDS:
            return self.lanes
        self._rate = (answers - self._answers) / elapsed
        busy = (time.process_time() - self._cpu) / elapsed
        self._since, self._answers, self._cpu = clock.monotonic(), answers, time.process_time()
        if self._rate < WORTHWHILE_GAIN * self._rate_before or busy > BUSY:
            self._settled = True
        elif self._rate and not self._settled:
            self._rate_before = self._rate
            self.lanes += 1
        return self.lanes

    def window_size(self, ordinary: int) -> int:
        """How many recipients a window should have, by the rate of one lane."""
        return max(ordinary, min(LARGEST * ordinary, int(self._rate * WINDOW_SECONDS / self.lanes)))
