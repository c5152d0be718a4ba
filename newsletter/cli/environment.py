"""What every command works with: the runtime, sessions, and output for people or programs."""

import atexit
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from newsletter import migrations
from newsletter.core.db import reading
from newsletter.core.errors import OperatorMustAct
from newsletter.core.queue import broker
from newsletter.runtime import Runtime
from newsletter.settings import load_settings

if TYPE_CHECKING:
    from rich.console import Console


class _Terminal:
    """Prints by rich, which is imported with the first line: what is printed as JSON does not need it."""

    def print(self, *objects: Any, **options: Any) -> None:
        """`rich.console.Console.print`."""
        _rich_console().print(*objects, **options)


console = _Terminal()

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@cache
def _rich_console() -> "Console":
    from rich.console import Console

    return Console()


@cache
def runtime() -> Runtime:
    """The runtime of this environment, connected to its broker; closed when the process ends."""
    settings = load_settings()
    broker.connect(settings.effective_redis_url)
    made = Runtime(settings)
    atexit.register(made.close)
    return made


@contextmanager
def session() -> Iterator[Session]:
    """A session on an up-to-date database; the command commits."""
    try:
        with reading(), runtime().engine.connect() as connection:
            current = migrations.is_current(connection)
        if not current:
            raise OperatorMustAct(
                "schema", "The database has not been set up for this version: run `newsletter db upgrade`."
            )
        with runtime().session() as opened:
            yield opened
    except OperationalError as error:
        raise migrations.unreachable(error) from error


def answer(as_json: bool, facts: dict[str, Any], sentence: str) -> None:
    """Print `facts` as JSON or `sentence` for people."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
