"""PURE: the issue document, its blocks, and its forms as text, Markdown and JSON Schema."""

from newsletter.document.document import Document
from newsletter.document.errors import DocumentInvalid
from newsletter.document.text import dumps, loads

__all__ = ["Document", "DocumentInvalid", "dumps", "loads"]
