"""What is logged while a test does something, as the machines that read logs get it."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any

import structlog

from newsletter.core import logs


@contextmanager
def logged_lines() -> Iterator[list[dict[str, Any]]]:
    """The lines that are logged inside, filled in at the end; logging is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    lines: list[dict[str, Any]] = []
    written = io.StringIO()
    try:
        with redirect_stderr(written):
            logs.configure("json")
            yield lines
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    lines += [json.loads(line) for line in written.getvalue().splitlines()]
