"""How often a feed is polled: the oftener it has news, the sooner, within what its server asks for."""

from newsletter.curation.models import Feed

SHORTEST, LONGEST = 15 * 60, 24 * 3_600  # seconds
MOST_FAILURES = 10
QUICKER, SLOWER = 0.5, 1.5


def next_interval(feed: Feed, *, news: bool, asked_seconds: int = 0) -> int:
    """Seconds until the next poll after one that succeeded.

    `asked_seconds`: how long the feed or its server asks to be left alone (`ttl`, Cache-Control).
    """
    wanted = feed.interval_seconds * (QUICKER if news else SLOWER)
    return round(min(max(wanted, asked_seconds, SHORTEST), LONGEST))


def after_failure(feed: Feed, failures: int, asked_seconds: int = 0) -> int | None:
    """Seconds until the next poll after so many failures in a row; None: it is stopped."""
    if failures >= MOST_FAILURES:
        return None
    backed_off = SHORTEST << (failures - 1)
    return round(min(max(backed_off, feed.interval_seconds, asked_seconds), LONGEST))
