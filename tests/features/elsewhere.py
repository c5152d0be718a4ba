"""The rest of the web for a browser under test: every server that is not ours, answering with one pixel."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.certificates import make_certificate

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
TLS_HANDSHAKE = b"\x16"  # the first octet of a client that wants TLS (RFC 8446 §5.1)


@contextmanager
def elsewhere() -> Iterator[list[str]]:
    """Serve it while the block runs: the switches with which Chromium finds it under every name.

    What our own pages ask for at 127.0.0.1 goes its usual way, and stays in the browser's cache; requests
    that Playwright routes do neither.
    """
    with TemporaryDirectory() as folder:
        server = _Elsewhere(make_certificate(Path(folder)).context)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        rules = f"MAP * 127.0.0.1:{server.server_port}, EXCLUDE 127.0.0.1"
        yield [f"--host-resolver-rules={rules}", "--ignore-certificate-errors"]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _OnePixel(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/gif")
        self.send_header("Content-Length", str(len(PIXEL)))
        self.end_headers()
        self.wfile.write(PIXEL)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Nothing: it is not what is tested."""


class _Elsewhere(ThreadingHTTPServer):
    """Takes HTTP and HTTPS on one port."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _OnePixel)
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        with suppress(OSError):  # the browser opens connections that it does not use, and closes them
            if request.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
                with self._context.wrap_socket(request, server_side=True) as unwrapped:
                    super().finish_request(unwrapped, client_address)
            else:
                super().finish_request(request, client_address)
