"""Try a relay step by step and tell what came of each: for the person who sets it up.

It ends in time whatever the relay does: a step that takes too long has failed, and the rest is not reached.
The password is in nothing that is told, not even where a server repeats it.
"""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum

from newsletter.core import clock
from newsletter.smtp.advice import advice_for, advice_for_message
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.failures import SessionFailed, Step
from newsletter.smtp.plain import deliver
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import SmtpSession, open_session
from newsletter.smtp.timeouts import Timeouts
from newsletter.smtp.url import Encryption, Relay
from newsletter.smtp.verdict import Outcome, Verdict


class ProbeStep(StrEnum):
    """What is tried. With TLS from the start it comes before the greeting."""

    LOOK_UP = "look_up"
    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    AUTH = "auth"
    MESSAGE = "message"


class Result(StrEnum):
    """What came of a step."""

    DONE = "done"
    FAILED = "failed"
    NOT_REACHED = "not_reached"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Finding:
    """One step: `said` is what the server said, or what we saw; `advice` what to do when it failed."""

    step: ProbeStep
    result: Result
    said: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Limits:
    """Seconds: to look up the name, to connect, for each later step, and for everything together."""

    look_up: float = 4.0
    connect: float = 5.0
    step: float = 8.0
    total: float = 14.0

    @property
    def timeouts(self) -> Timeouts:
        names = Timeouts.names()
        return Timeouts(**(dict.fromkeys(names, self.step) | {"quit": 1.0}))


ORDER = (ProbeStep.LOOK_UP, ProbeStep.CONNECT, ProbeStep.GREETING, ProbeStep.TLS)
ORDER_IMPLICIT = (ProbeStep.LOOK_UP, ProbeStep.CONNECT, ProbeStep.TLS, ProbeStep.GREETING)
_STEPS = {
    Step.CONNECT: ProbeStep.CONNECT,
    Step.GREETING: ProbeStep.GREETING,
    Step.EHLO: ProbeStep.GREETING,
    Step.TLS: ProbeStep.TLS,
    Step.AUTH: ProbeStep.AUTH,
}


def probe(relay: Relay, name: str, envelope: Envelope, limits: Limits | None = None) -> tuple[Finding, ...]:
    """Every step in its order, up to `envelope` as the test message. `name` is what EHLO says.

    Takes at most about `limits.total` seconds and raises nothing that a relay could cause.
    """
    limits = limits or Limits()
    return _Probe(replace(relay, timeouts=limits.timeouts), name, limits).run(envelope)


class _Failed(Exception):
    """A step failed; carries its finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.step)
        self.finding = finding


@dataclass
class _Probe:
    relay: Relay
    name: str
    limits: Limits
    findings: dict[ProbeStep, Finding] = field(default_factory=dict)
    until: float = 0.0

    def run(self, envelope: Envelope) -> tuple[Finding, ...]:
        self.until = clock.monotonic() + self.limits.total
        try:
            sock = self._connect(self._look_up())
            with _shut_down_at(sock, self.until - clock.monotonic()):
                session = self._open(sock)
                session.hurry(max(0.0, self.until - clock.monotonic()))
                self._send(session, envelope)
                session.close()
        except _Failed as failed:
            self.findings[failed.finding.step] = failed.finding
        return tuple(self._told(step) for step in self._order())

    def _order(self) -> tuple[ProbeStep, ...]:
        first = ORDER_IMPLICIT if self.relay.encryption is Encryption.IMPLICIT else ORDER
        return (*first, ProbeStep.AUTH, ProbeStep.MESSAGE)

    def _told(self, step: ProbeStep) -> Finding:
        finding = self.findings.get(step) or Finding(step, self._unreached(step))
        said = _without_secrets(finding.said, self.relay)
        return replace(finding, said=said, advice=_without_secrets(finding.advice, self.relay))

    def _unreached(self, step: ProbeStep) -> Result:
        encryption, got_past = (
            self.relay.encryption,
            self.findings.keys() & {ProbeStep.AUTH, ProbeStep.MESSAGE},
        )
        unused = {
            ProbeStep.TLS: encryption is Encryption.NEVER
            or (encryption is Encryption.OFFERED and bool(got_past)),
            ProbeStep.AUTH: self.relay.user is None,
        }
        return Result.NOT_NEEDED if unused.get(step) else Result.NOT_REACHED

    def _look_up(self) -> list[tuple[socket.AddressFamily, str]]:
        """The addresses of the host. The system's resolver has no time limit, so it is not waited for."""
        resolved: list[tuple[socket.AddressFamily, str]] = []
        why: list[str] = []

        def ask() -> None:
            try:
                infos = socket.getaddrinfo(self.relay.host, self.relay.port, type=socket.SOCK_STREAM)
                resolved.extend((info[0], str(info[4][0])) for info in infos)
            except (OSError, UnicodeError) as error:
                why.append(getattr(error, "strerror", None) or str(error))

        thread = threading.Thread(target=ask, name="look-up", daemon=True)
        thread.start()
        thread.join(self.limits.look_up)
        addresses = list(resolved)  # the thread may go on
        if not addresses:
            said = why[0] if why else f"no answer within {self.limits.look_up:g} seconds"
            raise self._failure(ProbeStep.LOOK_UP, said, None)
        self._done(ProbeStep.LOOK_UP, ", ".join(dict.fromkeys(address for _, address in addresses)))
        return addresses

    def _connect(self, addresses: list[tuple[socket.AddressFamily, str]]) -> socket.socket:
        """The first address that answers, within the time for all of them together."""
        until = min(clock.monotonic() + self.limits.connect, self.until)
        last: Exception = TimeoutError()
        for family, address in addresses:
            left = until - clock.monotonic()
            if left <= 0:
                break
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.settimeout(left)
            try:
                sock.connect((address, self.relay.port))
            except OSError as error:
                last = error
                sock.close()
            else:
                self._done(ProbeStep.CONNECT, f"{address}, port {self.relay.port}")
                return sock
        slow = isinstance(last, TimeoutError)
        said = f"no answer within {self.limits.connect:g} seconds" if slow else _words(last)
        raise self._failure(ProbeStep.CONNECT, said, last)

    def _open(self, sock: socket.socket) -> SmtpSession:
        def watch(step: Step, words: str) -> None:
            self._done(_STEPS[step], words)

        try:
            return open_session(self.relay, self.name, sock=sock, watch=watch)
        except SessionFailed as error:
            raise self._failure(_STEPS[error.step], self._seen(error), error) from None

    def _seen(self, error: SessionFailed) -> str:
        """What the server said, or what went wrong in the fewest words."""
        if error.reply is not None:
            return str(error.reply)
        cause = error.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"certificate verify failed: {cause.verify_message}"
        if clock.monotonic() >= self.until:
            return f"not done within the {self.limits.total:g} seconds that a test may take"
        if isinstance(cause, TimeoutError) or "timed out" in str(cause):
            return f"silent for {self.limits.step:g} seconds"
        if error.step is Step.TLS and cause is None:
            return "the answer to EHLO has no STARTTLS"
        return _words(cause) if isinstance(cause, Exception) else error.message

    def _send(self, session: SmtpSession, envelope: Envelope) -> None:
        note = _Note()
        stop = deliver(session, [envelope], note, lambda: True)
        reply = note.reply or (stop.reply if stop else None) or Reply.local("no answer")
        if note.verdict is not None and note.verdict.outcome is Outcome.SENT:
            self._done(ProbeStep.MESSAGE, str(reply))
            return
        session.abort()
        reason = note.verdict.reason if note.verdict else stop.reason if stop else None
        advice = advice_for_message(reason, reply)
        raise _Failed(Finding(ProbeStep.MESSAGE, Result.FAILED, str(reply), advice))

    def _done(self, step: ProbeStep, said: str) -> None:
        self.findings[step] = Finding(step, Result.DONE, said)

    def _failure(self, step: ProbeStep, said: str, error: Exception | None) -> _Failed:
        return _Failed(Finding(step, Result.FAILED, said, advice_for(step.value, error, self.relay)))


class _Note:
    """The journal of one message."""

    def __init__(self) -> None:
        self.verdict: Verdict | None = None
        self.reply: Reply | None = None

    def handing_over(self, index: int) -> None:
        """Nothing to keep: a test message that is lost is sent again by hand."""

    def answered(self, index: int, verdict: Verdict, reply: Reply) -> None:
        self.verdict, self.reply = verdict, reply

    def never_left(self, index: int) -> None:
        """Nothing to take back: why the relay did not take it is in the `Break`."""


@contextmanager
def _shut_down_at(sock: socket.socket, seconds: float) -> Iterator[None]:
    """End the connection after `seconds`, also under a server that says one octet now and then."""
    watched = sock.dup()  # TLS takes the socket itself away

    def end() -> None:
        with suppress(OSError):
            watched.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, seconds), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        watched.close()


def _without_secrets(text: str, relay: Relay) -> str:
    """`text` without the password, in clear or as AUTH sends it."""
    if not relay.password:
        return text
    user, password = (relay.user or "").encode(), relay.password.encode()
    sent = (password, b"\0" + user + b"\0" + password)
    for secret in (*(base64.b64encode(octets).decode() for octets in sent), relay.password):
        text = text.replace(secret, "•••")
    return text


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
