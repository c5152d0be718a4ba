"""The arithmetic of a rate: how many messages may be booked now, and when the next may go.

The generic cell rate algorithm (ITU-T I.371, annex A), a token bucket that needs no clock of its own: all
that is kept is `free_at`, the moment at which the next message may go. Whatever happens, the messages booked
within t seconds are at most rate · t + max(1, rate).

Clocks are set, also by a day. Time that seems to have passed earns nothing beyond one burst; and a `free_at`
that lies further ahead than could have been booked was written by another clock, so it counts for nothing.
"""

import math
from datetime import datetime, timedelta

# A rate may be spoken for this far ahead, so that a faster one is taken in a few pieces a second.
BURST = timedelta(seconds=1)
# The clocks of hosts differ a little; what looks this much too far ahead is waited for.
SKEW = timedelta(minutes=1)
# Towards a receiving provider each message gets a moment of its own, but none further away than this.
LONGEST_LINE = timedelta(hours=12)

_MICROSECOND = timedelta(microseconds=1)


def span(rate: float) -> timedelta:
    """How far ahead of now a rate may be spoken for: one burst, or one message where that takes longer."""
    return max(BURST, lasting(1, rate))


def lasting(n: int, rate: float) -> timedelta:
    """How long `n` messages take at `rate` a second, never rounded down."""
    return timedelta(microseconds=math.ceil(n * 1_000_000 / rate))


def begins(free_at: datetime | None, now: datetime, longest: timedelta) -> datetime:
    """When the next message may go; at most `longest` could have been booked ahead."""
    if free_at is None or not now < free_at <= now + longest + SKEW:
        return now
    return free_at


def fits(free_at: datetime | None, rate: float, now: datetime) -> int:
    """How many messages may be booked now, at least one of them where nothing is spoken for."""
    room = (now + span(rate) - begins(free_at, now, span(rate))) // _MICROSECOND
    # What a float is short of a whole message by its own imprecision is that message.
    return max(0, math.floor(room * rate / 1_000_000 + 1e-6))


def book(free_at: datetime | None, rate: float, n: int, now: datetime) -> datetime:
    """`free_at` after `n` messages, of which there must have been room for all."""
    return begins(free_at, now, span(rate)) + lasting(n, rate)


def free_again(free_at: datetime | None, rate: float, now: datetime) -> datetime | None:
    """From when on it is worth asking; None: now. Half a burst is waited for, not each single message."""
    piece = max(1, math.floor(span(rate) / timedelta(seconds=1) * rate / 2))
    at = begins(free_at, now, span(rate)) + lasting(piece, rate) - span(rate)
    return at if at > now else None


def line_up(
    free_at: datetime | None, rate: float, n: int, now: datetime
) -> tuple[list[datetime | None], datetime]:
    """A moment for each of `n` messages (None: it goes now), and `free_at` after them.

    The moments are booked: who comes back at theirs asks no more. Where the line is longer than
    `LONGEST_LINE`, the rest books nothing and is told to ask again at half of it.
    """
    start = begins(free_at, now, LONGEST_LINE + lasting(1, rate))  # after the last one that was booked
    moments: list[datetime | None] = []
    booked = 0
    for _message in range(n):
        at = start + lasting(booked, rate)
        if at > now + LONGEST_LINE:
            moments.append(now + LONGEST_LINE / 2)
            continue
        moments.append(at if at >= now + span(rate) else None)
        booked += 1
    return moments, start + lasting(booked, rate)
