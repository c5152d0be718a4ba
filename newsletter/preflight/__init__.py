"""Preflight: what is wrong with an issue before it is sent. The same rules for pages, CLI and API."""

from newsletter.preflight.check import check
from newsletter.preflight.finding import Finding, Level
from newsletter.preflight.require import require_sendable

__all__ = ["Finding", "Level", "check", "require_sendable"]
