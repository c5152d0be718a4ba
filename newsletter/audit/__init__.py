"""The audit: who did what, append-only. Everything above may write to it."""

from newsletter.audit.record import record

__all__ = ["record"]
