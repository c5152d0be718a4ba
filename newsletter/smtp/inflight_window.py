"""How many messages a connection may have without their replies: enough to keep the line full, no more.

What is under way when a connection is lost is unanswered, so a small window is worth something; a short one
leaves the line idle for a round trip. Twice the rate times the round trip (the bandwidth-delay product, in
messages) fills it with room to grow, from 2 to 16.
"""

import math
from collections import deque

from newsletter.core import clock

FEWEST, MOST = 2, 16
REMEMBERED = 16  # replies over which the rate is taken


class InflightWindow:
    """Measures one connection."""

    def __init__(self) -> None:
        self.size = FEWEST
        self._started: deque[float] = deque()
        self._answered: deque[float] = deque(maxlen=REMEMBERED)
        self._round_trip = math.inf  # seconds, the shortest seen

    def started(self) -> None:
        """A message is about to be handed over."""
        if not self._started:
            self._answered.clear()  # the line was idle: what came before says nothing of its rate
        self._started.append(clock.monotonic())

    def answered(self) -> None:
        """The oldest message has its reply."""
        now = clock.monotonic()
        self._round_trip = min(self._round_trip, now - self._started.popleft())
        self._answered.append(now)
        elapsed = now - self._answered[0]
        if elapsed > 0:
            rate = (len(self._answered) - 1) / elapsed
            self.size = min(MOST, max(FEWEST, math.ceil(2 * rate * self._round_trip)))
