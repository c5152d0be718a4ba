"""The outbox: system messages (confirmations and the like) on their way to one person."""

from newsletter.outbox.post import post

__all__ = ["post"]
