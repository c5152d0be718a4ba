"""Rate limit of a relay or provider: how many messages may be reserved now, and when the next one may go.

The generic cell rate algorithm (ITU-T I.371, annex A), a token bucket that needs no clock of its own: all
that is kept is `free_at`, the moment at which the next message may go. Whatever happens, at most
rate · t + max(1, rate) messages are reserved within t seconds.

Clocks are set, also by a day. Time that seems to have passed earns nothing beyond one burst; and a `free_at`
that lies further ahead than could have been reserved was written by another clock, so it counts for nothing.
"""

import math
from datetime import datetime, timedelta

# A rate may be reserved this far ahead, so that a fast one is reserved a few times a second.
BURST = timedelta(seconds=1)
# How much the clocks of hosts may differ: what lies this much too far ahead is still believed.
SKEW = timedelta(minutes=1)
# Each message to a limited provider gets a time of its own, but none further away than this.
LONGEST_WAIT = timedelta(hours=12)

_MICROSECOND = timedelta(microseconds=1)


def burst_span(rate: float) -> timedelta:
    """How far ahead of now a rate may be reserved: one burst, or one message where that takes longer."""
    return max(BURST, duration(1, rate))


def duration(n: int, rate: float) -> timedelta:
    """How long `n` messages take at `rate` a second, never rounded down."""
    return timedelta(microseconds=math.ceil(n * 1_000_000 / rate))


def next_free(free_at: datetime | None, now: datetime, longest: timedelta) -> datetime:
    """When the next message may go. A `free_at` more than `longest` (and `SKEW`) ahead is not believed."""
    if free_at is None or not now < free_at <= now + longest + SKEW:
        return now
    return free_at


def available_now(free_at: datetime | None, rate: float, now: datetime) -> int:
    """How many messages may be reserved now; at least one where nothing is reserved."""
    room = (now + burst_span(rate) - next_free(free_at, now, burst_span(rate))) // _MICROSECOND
    # What a float is short of a whole message by its own imprecision is that message.
    return max(0, math.floor(room * rate / 1_000_000 + 1e-6))


def reserve(free_at: datetime | None, rate: float, n: int, now: datetime) -> datetime:
    """`free_at` after `n` messages, of which there must have been room for all."""
    return next_free(free_at, now, burst_span(rate)) + duration(n, rate)


def retry_at(free_at: datetime | None, rate: float, now: datetime) -> datetime | None:
    """From when on it is worth asking again; None: now. Waits for half a burst, not for each message."""
    half_burst = max(1, math.floor(burst_span(rate) / timedelta(seconds=1) * rate / 2))
    at = next_free(free_at, now, burst_span(rate)) + duration(half_burst, rate) - burst_span(rate)
    return at if at > now else None


def assign_times(
    free_at: datetime | None, rate: float, n: int, now: datetime
) -> tuple[list[datetime | None], datetime]:
    """A time for each of `n` messages (None: now), and `free_at` after them.

    The times are reserved: a message that comes back at its time need not ask again. Messages for which the
    queue is longer than `LONGEST_WAIT` reserve nothing and get half of `LONGEST_WAIT`, to ask again then.
    """
    start = next_free(free_at, now, LONGEST_WAIT + duration(1, rate))  # after the last one that was reserved
    moments: list[datetime | None] = []
    reserved = 0
    for _message in range(n):
        at = start + duration(reserved, rate)
        if at > now + LONGEST_WAIT:
            moments.append(now + LONGEST_WAIT / 2)
            continue
        moments.append(at if at >= now + burst_span(rate) else None)
        reserved += 1
    return moments, start + duration(reserved, rate)
