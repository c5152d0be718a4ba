"""A session with a relay: connect, greeting, EHLO, STARTTLS, EHLO again, AUTH; then a wire to talk over."""

import binascii
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from newsletter.core.errors import Refused
from newsletter.smtp.failures import (
    SessionFailed,
    Step,
    auth_failed,
    auth_impossible,
    connect_failed,
    said_no,
    tls_failed,
    tls_missing,
    went_away,
)
from newsletter.smtp.inflight_window import InflightWindow
from newsletter.smtp.login import Login, NoMechanism
from newsletter.smtp.reply import Garbled, Reply, parse_reply
from newsletter.smtp.timeouts import Timeouts
from newsletter.smtp.url import Encryption, Relay
from newsletter.smtp.wire import Lost, Wire

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Za-z:.]+\]")

T = TypeVar("T")

# Told of each step that was done, with what the server said to it.
Watch = Callable[[Step, str], None]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the last EHLO offered. `size`: octets; 0 when SIZE names no limit, None without SIZE."""

    pipelining: bool = False
    chunking: bool = False
    smtputf8: bool = False
    eight_bit_mime: bool = False
    size: int | None = None
    auth: frozenset[str] = frozenset()

    @classmethod
    def from_ehlo(cls, features: dict[str, str]) -> "Capabilities":
        """From the keywords (lower case) and parameters of an EHLO reply (RFC 5321 §4.1.1.1)."""
        size = features.get("size")
        return cls(
            pipelining="pipelining" in features,
            chunking="chunking" in features,
            smtputf8="smtputf8" in features,
            eight_bit_mime="8bitmime" in features,
            size=None if size is None else int(size) if size.isdecimal() else 0,
            auth=frozenset(features.get("auth", "").upper().split()),
        )


@dataclass(eq=False)
class SmtpSession:
    """An open session. One thread uses it; `hurry` and nothing else may be called from another.

    `dirty`: a transaction was begun and not ended, so RSET comes before the next MAIL.
    `messages`: bodies that were answered, for limits on messages per connection.
    `replies_identify_commands`: whether the enhanced code of a reply tells that it answers RCPT, or a body;
    None: not known yet.
    """

    relay: Relay
    wire: Wire
    capabilities: Capabilities
    encrypted: bool
    messages: int = 0
    dirty: bool = False
    closed: bool = field(default=False, init=False)
    inflight: InflightWindow = field(default_factory=InflightWindow, init=False)
    replies_identify_commands: bool | None = field(default=None, init=False)

    @property
    def timeouts(self) -> Timeouts:
        return self.relay.timeouts

    def alive(self) -> bool:
        """Whether the server still answers NOOP; if not, the session is aborted."""
        if self.closed:
            return False
        try:
            self.wire.send(b"NOOP\r\n", self.timeouts.probe)
            answer = self.wire.read_reply(self.timeouts.probe)
        except (Lost, Garbled):
            self.abort()
            return False
        if answer.digit != 2 or self.wire.unread:
            self.abort()
            return False
        return True

    def hurry(self, seconds: float) -> None:
        """From now on no wait lasts longer than until `seconds` from now (shutting down)."""
        self.wire.hurry(seconds)

    def close(self) -> None:
        """QUIT politely, wait a moment for the 221, close. Never raises."""
        if self.closed:
            return
        self.closed = True
        try:
            self.wire.send(b"QUIT\r\n", self.timeouts.quit)
            self.wire.read_reply(self.timeouts.quit)
        except (Lost, Garbled):
            self.wire.abort()
        self.wire.close()

    def abort(self) -> None:
        """Close at once with a reset; what the kernel had not sent yet is thrown away. Never raises."""
        self.closed = True
        self.wire.abort()


def open_session(
    relay: Relay,
    name: str,
    *,
    sock: socket.socket | None = None,
    watch: Watch | None = None,
    connected: Callable[[socket.socket], None] | None = None,
) -> SmtpSession:
    """A session that is ready for MAIL. `name`: how we call ourselves in EHLO, a domain or `[address]`.

    `sock`: a connection that was made already, which is closed when the session cannot be opened.
    `connected`: told of the connection before anything is waited for on it.
    Raises `SessionFailed` with the step that failed, and `Refused` for an impossible `name`.
    """
    if not _NAME.fullmatch(name):
        raise Refused("ehlo_name", "The EHLO name must be a domain name such as mail.example.org.")
    told = connected or (lambda _sock: None)
    return _Opening(relay, name, sock, watch or (lambda _step, _words: None), told).run()


class _Opening:
    """smtplib does the talking; the socket is made here, so that each step can be told from the next."""

    def __init__(
        self,
        relay: Relay,
        name: str,
        sock: socket.socket | None,
        watch: Watch,
        connected: Callable[[socket.socket], None],
    ) -> None:
        self._connected = connected
        self._relay = relay
        self._smtp = smtplib.SMTP(local_hostname=name)
        self._smtp.sock = sock
        self._watch = watch
        self._encrypted = False

    def run(self) -> SmtpSession:
        try:
            self._connect()
            self._greeting()
            self._ehlo()
            self._start_tls()
            self._log_in()
        except BaseException:
            self._smtp.close()
            raise
        sock = self._smtp.sock
        assert sock is not None  # noqa: S101 - each step above would have failed without it
        capabilities = Capabilities.from_ehlo(self._smtp.esmtp_features)
        return SmtpSession(self._relay, Wire(sock), capabilities, self._encrypted)

    def _connect(self) -> None:
        relay = self._relay
        try:
            sock = self._smtp.sock or socket.create_connection(
                (relay.host, relay.port), relay.timeouts.connect
            )
        except (OSError, UnicodeError) as error:
            raise connect_failed(relay, error) from error
        self._smtp.sock = sock
        self._connected(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if relay.encryption is Encryption.IMPLICIT:
            self._encrypt()

    def _greeting(self) -> None:
        reply = self._talk(Step.GREETING, self._relay.timeouts.greeting, self._smtp.getreply)
        if reply.code != 220:
            raise said_no(self._relay, Step.GREETING, reply)
        self._watch(Step.GREETING, str(reply))

    def _ehlo(self) -> None:
        limit = self._relay.timeouts.command
        reply = self._talk(Step.EHLO, limit, self._smtp.ehlo)
        if reply.code in {500, 502}:  # RFC 5321 §3.2: an old server knows HELO only
            reply = self._talk(Step.EHLO, limit, self._smtp.helo)
        if reply.code != 250:
            raise said_no(self._relay, Step.EHLO, reply)

    def _start_tls(self) -> None:
        relay = self._relay
        if relay.encryption not in {Encryption.REQUIRED, Encryption.OFFERED}:
            return
        if not self._smtp.has_extn("starttls"):
            if relay.encryption is Encryption.OFFERED:
                return
            raise tls_missing(relay)
        reply = self._talk(Step.TLS, relay.timeouts.command, lambda: self._smtp.docmd("STARTTLS"))
        if reply.code != 220:
            raise said_no(relay, Step.TLS, reply)
        self._encrypt()
        self._ehlo()

    def _encrypt(self) -> None:
        sock = self._smtp.sock
        assert sock is not None  # noqa: S101 - called after connecting only
        sock.settimeout(self._relay.timeouts.connect)
        try:
            secret = tls_context(self._relay).wrap_socket(sock, server_hostname=self._relay.host)
        except (OSError, ValueError) as error:
            raise tls_failed(self._relay, error) from error
        self._smtp.sock = secret
        self._watch(Step.TLS, " ".join((secret.cipher() or ())[1::-1]))
        # What was read in clear is forgotten (RFC 3207 §4.2): the EHLO, and anything injected after the 220.
        self._smtp.file = None
        self._smtp.esmtp_features = {}
        self._encrypted = True

    def _log_in(self) -> None:
        relay = self._relay
        if relay.user is None or relay.password is None:
            return
        if not self._encrypted and not relay.auth_in_clear:
            raise auth_impossible(relay, "the session is not encrypted; add auth_in_clear=yes to allow that")
        login = Login(self._smtp, relay.user, relay.password)
        try:
            reply = self._talk(Step.AUTH, relay.timeouts.command, login.run)
        except NoMechanism as error:
            raise auth_impossible(relay, str(error)) from None
        if reply.code != 235:
            raise auth_failed(relay, reply)
        self._watch(Step.AUTH, str(reply))

    def _talk(self, step: Step, timeout: float, exchange: Callable[[], tuple[int, bytes]]) -> Reply:
        """The reply to one exchange of smtplib's, its errors told as `SessionFailed`."""
        assert self._smtp.sock is not None  # noqa: S101 - called after connecting only
        self._smtp.sock.settimeout(timeout)
        try:
            code, text = exchange()
            return parse_reply([b"%d %b" % (code, line) for line in text.split(b"\n")])
        except smtplib.SMTPResponseException as error:
            raise went_away(self._relay, step, "it sent a line without end") from error
        except OSError as error:  # SMTPException is one
            raise went_away(self._relay, step, str(error)) from error
        except (Garbled, binascii.Error) as error:  # a challenge that is not in base64
            raise went_away(self._relay, step, "it does not speak SMTP") from error


def tls_context(relay: Relay) -> ssl.SSLContext:
    """TLS 1.2 or later; certificate and name are verified unless the relay says otherwise (RFC 8314 §4.1)."""
    context = ssl.create_default_context(cafile=relay.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not relay.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


__all__ = ["Capabilities", "SessionFailed", "SmtpSession", "Step", "open_session", "tls_context"]
