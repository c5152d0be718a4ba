"""The audit: who did what, append-only. Everything above may write to it."""

from newsletter.audit.record import COMMAND_LINE, SUBSCRIBER, SYSTEM, record
from newsletter.audit.redact import redact

__all__ = ["COMMAND_LINE", "SUBSCRIBER", "SYSTEM", "record", "redact"]
