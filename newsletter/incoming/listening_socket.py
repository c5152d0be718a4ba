"""The socket on which mail comes in. A parent may keep it and start the listener when somebody connects."""

import errno
import select
import socket

from newsletter.core import clock
from newsletter.core.errors import OperatorMustAct
from newsletter.core.logs import Logger

RETRY_SECONDS = 30.0  # while the port is taken

log = Logger(__name__)


def open_socket(host: str, port: int) -> socket.socket:
    """Listen on a port, 0 for any free one; `OperatorMustAct` says why that is not possible."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise OperatorMustAct("mail_port", _why_not(host, port, error)) from None
    except UnicodeError:  # no name that a host can have
        raise OperatorMustAct("mail_port", f"“{host[:60]}” is not a host name: see MAIL_HOST.") from None


class ListeningSocket:
    """A socket that is opened when it can be; while it cannot, that is said once and tried again."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.socket: socket.socket | None = None
        self._tried_at = float("-inf")
        self._said = ""

    def has_visitor(self) -> bool:
        """Whether somebody has connected whom nobody has accepted yet."""
        if self.socket is None and clock.monotonic() - self._tried_at >= RETRY_SECONDS:
            self._open()
        return self.socket is not None and bool(select.select([self.socket], [], [], 0)[0])

    def close(self) -> None:
        """For processes that have it from their parent and do not listen."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def _open(self) -> None:
        self._tried_at = clock.monotonic()
        try:
            self.socket = open_socket(self.host, self.port)
        except OperatorMustAct as error:
            if error.message != self._said:
                self._said = error.message
                log.warning(error.message)


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program, so no mail comes in: stop it, or choose another port "
            "with MAIL_PORT (0 for none)."
        )
    if error.errno == errno.EACCES:
        return f"No mail comes in, because port {port} is reserved for the system: see MAIL_PORT."
    reason = error.strerror or str(error)
    return f"No mail comes in, because {host}:{port} cannot be listened on ({reason}): see MAIL_HOST."
