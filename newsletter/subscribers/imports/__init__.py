"""Imports: many subscribers at once, from a file that somebody else's system made."""

from newsletter.subscribers.imports.result import ImportResult
from newsletter.subscribers.imports.run import import_subscribers

__all__ = ["ImportResult", "import_subscribers"]
