"""How long a client may take. A total is counted from the first octet, however often another one arrives."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deadlines:
    """Seconds, but for `body_rate`.

    `head`: for the whole head of a request, and for the first request of a connection to begin.
    `body`: for the whole body, and longer only for a large one, of which `body_rate` octets a second have to
    arrive. `idle`: between two requests. `taking`: in which a client takes nothing of its answer.
    `discarding`: in which the rest of a refused request is read and thrown away.
    `finishing`: from a TERM for the requests under way. `last_request`: from a TERM for a request that a
    client was still promised to be answered.
    """

    head: float = 10.0
    body: float = 20.0
    body_rate: int = 50_000
    idle: float = 5.0
    taking: float = 15.0
    discarding: float = 5.0
    finishing: float = 10.0
    last_request: float = 1.0
