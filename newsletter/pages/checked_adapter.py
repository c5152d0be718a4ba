"""The part of `requests` that connects, such that only a `Connector` opens connections.

The adapter of `requests-hardened` looks at the first address of a name alone, resolves the name itself, and
has no place for a time after which everything ends.
"""

import socket

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from newsletter.pages.connect import Connector


class CheckedAdapter(HTTPAdapter):
    """For one fetch, whose connections it keeps. TLS and HTTP see the name of the host, not its address."""

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = _pool_classes(connector)


def _pool_classes(connector: Connector) -> dict[str, type[HTTPConnectionPool]]:
    class PlainConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connector.connect(self.host, self.port)

    class SecureConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connector.connect(self.host, self.port)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": PlainPool, "https": SecurePool}
