"""How long to wait for a server in each phase of a session."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; the defaults are the minima of RFC 5321 §4.5.3.2 where it names one."""

    connect: float = 30.0  # TCP and, after it, each TLS handshake
    greeting: float = 300.0  # §4.5.3.2.1
    command: float = 300.0  # EHLO, STARTTLS, AUTH, RSET
    mail: float = 300.0  # §4.5.3.2.2
    rcpt: float = 300.0  # §4.5.3.2.3
    data: float = 120.0  # the 354, §4.5.3.2.4
    block: float = 180.0  # each write of the message, §4.5.3.2.5
    end: float = 600.0  # the reply to the final dot, or to BDAT LAST, §4.5.3.2.6
    probe: float = 10.0  # NOOP on a connection that has been idle
    quit: float = 2.0  # QUIT is a courtesy: nothing depends on its reply

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))
