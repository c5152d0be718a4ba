"""A progress bar for people."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click


@contextmanager
def progress_bar(length: int) -> Iterator[Any]:
    """A progress bar on standard error, where somebody looks at it."""
    shown = sys.stderr.isatty()
    with click.progressbar(length=max(length, 1), file=sys.stderr, hidden=not shown) as bar:
        yield bar
