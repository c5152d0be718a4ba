"""A connection to PostgreSQL that does not wait for ever for a server that is silent."""

from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError

from newsletter.core import clock
from newsletter.core.answer_timeout import current_answer_timeout

Result = TypeVar("Result")
CONNECT_SECONDS = 5


class PatientConnection(Connection[Any]):
    """psycopg's connection, with the limit of `answer_timeout` for each exchange with the server."""

    def wait(self, gen: Generator[Any, Any, Result], *arguments: Any, **options: Any) -> Result:
        """Let the generator, one exchange, come to its end (`psycopg.Connection.wait`)."""
        seconds = current_answer_timeout()
        if seconds is None:
            return super().wait(gen, *arguments, **options)
        try:
            return super().wait(_limited(gen, seconds), *arguments, **options)
        except SilentServer:
            self.pgconn.finish()  # nobody knows what it would say
            raise


class SilentServer(OperationalError):
    """The server took too long."""


def connect(arguments: Any, options: Any) -> PatientConnection:
    """Connect with psycopg's arguments, within `CONNECT_SECONDS` or the limit, if that is shorter."""
    seconds = current_answer_timeout() or CONNECT_SECONDS
    return PatientConnection.connect(
        *arguments, **options, connect_timeout=max(2, round(min(seconds, CONNECT_SECONDS)))
    )


def _limited(gen: Generator[Any, Any, Result], seconds: float) -> Generator[Any, Any, Result]:
    """`gen`, which is resumed several times a second, until `seconds` have passed."""
    until = clock.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if clock.monotonic() > until:
                message = f"the server was silent for {seconds:g} seconds"
                raise SilentServer(message)
            wanted = gen.send(ready)
    except StopIteration as end:
        result: Result = end.value
        return result
