"""What is logged while a test does something, as the machines that read logs get it."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any

import structlog

from newsletter.core import logs


def log_plainly() -> None:
    """Log tracebacks as Python prints them: structlog's own pretty ones take ten seconds each."""
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])


@contextmanager
def logged_lines() -> Iterator[list[dict[str, Any]]]:
    """The lines that are logged inside, filled in at the end; logging is as before afterwards."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    lines: list[dict[str, Any]] = []
    written = io.StringIO()
    try:
        with redirect_stderr(written):
            logs.configure("json")
            yield lines
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.configure(**before)
    lines += [json.loads(line) for line in written.getvalue().splitlines()]
