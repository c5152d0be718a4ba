"""How long a database may take for an answer, where somebody waits for it.

Unset in workers, whose statements may take long. SQLite is a library and answers, or waits for a lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seconds: ContextVar[float | None] = ContextVar("newsletter_answer_timeout", default=None)


@contextmanager
def answer_timeout(seconds: float) -> Iterator[None]:
    """Inside, a PostgreSQL that is silent for so long is away: `OperationalError`, the connection is closed.

    It may be stopped, its disk may hang, or a network may swallow what either side says.
    """
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


def current_answer_timeout() -> float | None:
    """The seconds of the innermost `answer_timeout`; None outside of any."""
    return _seconds.get()
