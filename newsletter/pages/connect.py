"""Connections to checked addresses: a name is resolved once, and what was checked is connected to."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from newsletter.pages.check_url import is_exempt
from newsletter.pages.deadline import Deadline
from newsletter.pages.page import Trouble
from newsletter.pages.public_address import is_public
from newsletter.pages.response import FetchFailed

# Host and port to IP addresses; raises `OSError` where there are none. Takes as long as it likes.
Resolve = Callable[[str, int], Sequence[str]]


def resolve_host(host: str, port: int) -> list[str]:
    """The IP addresses that this machine knows for `host`, best first. Raises `OSError`."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in answers]


@dataclass(frozen=True)
class Connector:
    """Opens connections for one fetch."""

    resolve: Resolve
    private_hosts: frozenset[str]
    connect_seconds: float
    deadline: Deadline

    def connect(self, host: str, port: int) -> socket.socket:
        """To the first address that answers. Raises `FetchFailed`, also when one of them is not public."""
        for address in self._checked_addresses(host, port):
            seconds = min(self.connect_seconds, self.deadline.seconds_left())
            try:
                connection = socket.create_connection((address, port), seconds)
            except OSError:
                continue
            self.deadline.cut_in_time(connection)
            return connection
        raise FetchFailed(Trouble.UNREACHABLE, f"{host} does not answer.")

    def _checked_addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = list(self.deadline.wait_for(lambda: self.resolve(host, port)))
        except (OSError, UnicodeError):
            addresses = []
        if not addresses:
            raise FetchFailed(Trouble.UNREACHABLE, f"There is no host called {host}.")
        if not is_exempt(host, port, self.private_hosts) and not all(map(is_public, addresses)):
            raise FetchFailed(Trouble.PRIVATE, f"{host} is in a private network, which is not fetched from.")
        return addresses
