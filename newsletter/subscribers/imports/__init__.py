"""Imports of subscribers from CSV files, at once or by a worker."""

from newsletter.subscribers.imports.immediate import import_subscribers
from newsletter.subscribers.imports.result import ImportResult

__all__ = ["ImportResult", "import_subscribers"]
