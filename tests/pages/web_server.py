"""A web server on loopback that says whatever a test wants, and counts who came."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Self

Answer = bytes | Callable[[socket.socket], None]


def answer(
    body: bytes = b"<title>Yes</title>",
    status: str = "200 OK",
    content_type: str = "text/html",
    **headers: str,
) -> bytes:
    """The octets of an answer; `Set_Cookie="a=b"` is a header."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body)}"]
    lines.append(f"Content-Type: {content_type}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(target: str, **headers: str) -> bytes:
    return answer(b"", "302 Found", Location=target, **headers)


class WebServer:
    """Answers each path with what `pages` has for it; `heads` are the requests, in order."""

    def __init__(
        self,
        pages: dict[str, Answer] | None = None,
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.pages = pages or {}
        self.heads: list[str] = []
        self.connections = 0
        self._tls = tls
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=50)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [head.split(" ")[1] for head in self.heads]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, contextlib.suppress(OSError):  # the client went away
                connection.settimeout(5)
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True)
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                octets = connection.recv(65_536)
                if not octets:
                    return
                head += octets
            self.heads.append(head.decode())
            page = self.pages.get(self.paths[-1], answer(b"no such page", "404 Not Found"))
            if callable(page):
                page(connection)
            else:
                connection.sendall(page)
