"""What to do about a relay that cannot be used: one sentence for each way to fail."""

import ssl

from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.reply import Reply
from newsletter.smtp.url import Encryption, Relay
from newsletter.smtp.verdict import Reason

# X509_V_ERR_… of OpenSSL
EXPIRED, SELF_SIGNED, SELF_SIGNED_IN_CHAIN, UNKNOWN_ISSUER, OTHER_NAME, OTHER_ADDRESS = 10, 18, 19, 20, 62, 64

_BY_STEP = {
    "look_up": "Check the spelling of the host, and that this server's DNS works.",
    "greeting": "Ask the relay's provider whether it accepts connections from this server.",
    "auth": "Check the user name and password with the relay's provider; some require an app"
    " password or a token.",
}


def advice_for(step: str, error: Exception | None, relay: Relay) -> str:
    """The sentence for a failure at `step` before the message; `error` is what came of it, if anything."""
    if step == "connect":
        return _connect(error)
    if step == "greeting" and isinstance(error, SessionFailed) and error.reply is None:
        return _silence(relay)
    if step == "tls":
        return _tls(error, relay)
    if step == "auth" and isinstance(error, SessionFailed) and error.reply is None:
        return _no_auth(relay)
    if isinstance(error, SessionFailed) and error.temporary:
        return "The relay says this is temporary: try again in a few minutes."
    return _BY_STEP.get(step, "")


def advice_for_message(reason: Reason | None, reply: Reply) -> str:
    """The sentence for a test message that was not taken."""
    if reason in {Reason.SENDER_REFUSED, Reason.RELAY_DENIED, Reason.AUTH_REQUIRED, Reason.POLICY}:
        return (
            "The relay does not send for this sender: allow the sender's domain there, "
            "or use the user name that belongs to it."
        )
    if reason in {Reason.LOST, Reason.SILENT}:
        return "The connection ended before the answer: try again, and check whether the message arrived."
    if reply.digit == 4:
        return "The relay says this is temporary: try again in a few minutes."
    return "Check the address that the test message goes to, or try another one."


def _connect(error: Exception | None) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "Nothing is listening there: check the port, and that the relay is running."
    if isinstance(error, TimeoutError):
        return "Check the host and port, and whether a firewall or your hosting company blocks this port."
    return "Check the host and port, and this server's network connection."


def _silence(relay: Relay) -> str:
    if relay.encryption is Encryption.IMPLICIT:
        return "Try STARTTLS on port 587, or ask the relay's provider."
    return "If the port uses TLS from the start (465 does), choose TLS; otherwise ask the relay's provider."


def _tls(error: Exception | None, relay: Relay) -> str:
    cause = error.__cause__ if error is not None else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate(cause.verify_code, relay)
    if relay.encryption is Encryption.IMPLICIT:
        return "This port does not use TLS from the start: try STARTTLS, usually on port 587."
    if isinstance(error, SessionFailed) and error.reply is None and cause is None:
        return "The relay offers no STARTTLS here: try TLS, usually on port 465, or another port."
    return "Ask the relay's provider which port and encryption to use."


def _certificate(code: int, relay: Relay) -> str:
    if code == EXPIRED:
        return "The relay's certificate has expired: its provider must renew it."
    if code in {SELF_SIGNED, SELF_SIGNED_IN_CHAIN, UNKNOWN_ISSUER}:
        return (
            "This server does not trust the authority that issued the certificate: add it to the"
            " system's authorities, "
            "or name it with ca=… in SMTP_URL."
        )
    if code in {OTHER_NAME, OTHER_ADDRESS}:
        return f"The certificate is for a different name than {relay.host}: enter the name it was issued for."
    return "The certificate cannot be trusted: ask the relay's provider."


def _no_auth(relay: Relay) -> str:
    if relay.encryption is Encryption.NEVER:
        return (
            "The relay offers no sign-in without encryption: choose STARTTLS or TLS, or leave out the user."
        )
    return "The relay offers no supported sign-in method: leave out the user name, or try another port."
