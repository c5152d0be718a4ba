"""What a sink offers in EHLO and asks of its clients."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Options:
    """Switches of one sink. `size`: octets, 0 announces SIZE without a limit, None does not announce it."""

    host: str = "127.0.0.1"
    name: str = "sink.localhost"
    pipelining: bool = True
    chunking: bool = True
    smtputf8: bool = True
    eight_bit_mime: bool = True
    size: int | None = 0
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    implicit_tls: bool = False
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN")
    auth_required: bool = False
    auth_in_clear: bool = False
    latency: float = 0.0  # seconds between a command and its reply; pipelined commands share it
    keep_content: bool = False
    dribble: bool = False  # replies leave one octet at a time
    receive_buffer: int | None = None  # octets of the kernel's buffer, to make a client's writes block

    def extensions(self, *, encrypted: bool) -> list[str]:
        """The keywords of EHLO (RFC 5321 §4.1.1.1)."""
        words = ["ENHANCEDSTATUSCODES"]
        if self.pipelining:
            words.append("PIPELINING")
        if self.chunking:
            words.append("CHUNKING")
        if self.eight_bit_mime:
            words.append("8BITMIME")
        if self.smtputf8:
            words.append("SMTPUTF8")
        if self.size is not None:
            words.append(f"SIZE {self.size}" if self.size else "SIZE")
        if self.tls and not encrypted:
            words.append("STARTTLS")
        if self.users and (encrypted or self.auth_in_clear):
            words.append("AUTH " + " ".join(self.mechanisms))
        return words
