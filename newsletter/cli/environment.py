"""What every command works with: the runtime, sessions, and output for people or programs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import click
from rich.console import Console
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from newsletter import migrations
from newsletter.core.errors import OperatorMustAct
from newsletter.core.queue import broker
from newsletter.runtime import Runtime
from newsletter.settings import load_settings

console = Console()

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


@cache
def runtime() -> Runtime:
    """The runtime of this environment, connected to its broker."""
    settings = load_settings()
    broker.connect(settings.effective_redis_url)
    return Runtime(settings)


@contextmanager
def session() -> Iterator[Session]:
    """A session on an up-to-date database; the command commits."""
    try:
        with runtime().engine.connect() as connection:
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
