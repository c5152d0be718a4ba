"""Why a session could not be opened, told so that an operator knows what to do."""

import socket
import ssl
from enum import StrEnum

from newsletter.core.errors import Decision, DomainError
from newsletter.core.text import full_stop
from newsletter.smtp.reply import Reply
from newsletter.smtp.url import Relay


class Step(StrEnum):
    """The steps of setting up a session, in their order."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    TLS = "tls"
    AUTH = "auth"


class SessionFailed(DomainError):
    """The session could not be opened at `step`; nobody's mail was touched.

    `reply` is what the server said, if it did. `decision` is RETRY when waiting may help (unreachable, a 4xx,
    gone while talking), else OPERATOR.
    """

    def __init__(self, step: Step, message: str, reply: Reply | None = None, *, temporary: bool) -> None:
        super().__init__(f"smtp_{step}", message)
        self.step = step
        self.reply = reply
        self.decision = Decision.RETRY if temporary else Decision.OPERATOR

    @property
    def temporary(self) -> bool:
        return self.decision is Decision.RETRY


def connect_failed(relay: Relay, error: Exception) -> SessionFailed:
    """No TCP connection."""
    if isinstance(error, socket.gaierror | UnicodeError):
        message = f"The relay {relay.host} cannot be found: check the host name and DNS."
    elif isinstance(error, TimeoutError):
        message = (
            f"The relay {relay.where} did not answer within {relay.timeouts.connect:g} seconds: "
            "check the host and port, and whether a firewall blocks that port."
        )
    elif isinstance(error, ConnectionRefusedError):
        message = (
            f"Nothing is listening at {relay.where}: check the host and port, and that the relay is running."
        )
    else:
        message = f"The relay {relay.where} cannot be reached: {full_stop(str(error))}"
    return SessionFailed(Step.CONNECT, message, temporary=True)


def went_away(relay: Relay, step: Step, why: str) -> SessionFailed:
    """The connection ended, timed out or talked nonsense at `step`."""
    message = f"The relay {relay.where} went away at the {step} step: {full_stop(why)}"
    return SessionFailed(step, message, temporary=True)


def said_no(relay: Relay, step: Step, reply: Reply) -> SessionFailed:
    """The server answered, and the answer was no."""
    when = {
        Step.GREETING: "refused the connection",
        Step.EHLO: "refused our name (EHLO)",
        Step.TLS: "refused to start TLS",
    }.get(step, f"refused at {step}")
    message = f"The relay {relay.where} {when}: {full_stop(str(reply))}"
    return SessionFailed(step, message, reply, temporary=reply.digit == 4)


def tls_missing(relay: Relay) -> SessionFailed:
    """STARTTLS is required and was not offered, which may also be somebody in the middle."""
    message = (
        f"The relay {relay.where} offers no STARTTLS, and its settings require it:"
        " use smtps:// if the port speaks TLS from the start, or starttls=never if it is really in clear."
    )
    return SessionFailed(Step.TLS, message, temporary=False)


def tls_failed(relay: Relay, error: Exception) -> SessionFailed:
    """The handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = full_stop(error.verify_message)
        message = (
            f"The certificate of {relay.where} is not valid for {relay.host}: {why}"
            " Use the name in the certificate, or name its authority with ca=/path/to/ca.pem."
        )
        return SessionFailed(Step.TLS, message, temporary=False)
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        message = (
            f"TLS with {relay.where} failed: {full_stop(error.reason or str(error))}"
            " smtps:// is for TLS from the start (port 465), smtp:// for STARTTLS (587)."
        )
        return SessionFailed(Step.TLS, message, temporary=False)
    return went_away(relay, Step.TLS, str(error))


def auth_impossible(relay: Relay, why: str) -> SessionFailed:
    """The credentials were not sent."""
    message = f"The credentials were not sent to {relay.where}: {full_stop(why)}"
    return SessionFailed(Step.AUTH, message, temporary=False)


def auth_failed(relay: Relay, reply: Reply) -> SessionFailed:
    """The server did not accept the credentials (RFC 4954 §6)."""
    said = full_stop(str(reply))
    if reply.digit == 4:
        message = f"The relay {relay.where} cannot check the credentials now: {said}"
    else:
        message = f"The relay {relay.where} did not accept user {relay.user}: {said} Check its settings."
    return SessionFailed(Step.AUTH, message, reply, temporary=reply.digit == 4)
