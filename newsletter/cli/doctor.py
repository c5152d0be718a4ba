"""`newsletter doctor`: check everything that sending needs."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from newsletter import migrations
from newsletter.cli.environment import console, json_option, runtime
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.errors import DomainError, OperatorMustAct
from newsletter.core.paths import static_dir
from newsletter.health.file_modes import open_to_others
from newsletter.health.heartbeats import is_silent, open_redis, read_heartbeats
from newsletter.smtp.session import open_session
from newsletter.transports.availability import Obstacle, read_availability
from newsletter.transports.dkim_keys import ask_dns, check_active
from newsletter.transports.environment import environment_transports
from newsletter.transports.find import transport_configs


@click.command(
    "doctor", help="Check database, broker, workers, relay, signing and files; exit 1 if something is wrong."
)
@json_option
def command(as_json: bool) -> None:
    results = {name: _outcome(check) for name, check in CHECKS.items()}
    if as_json:
        click.echo(json.dumps({name: {"ok": ok, "message": said} for name, (ok, said) in results.items()}))
    else:
        for name, (ok, said) in results.items():
            mark = "[green]ok[/]  " if ok else "[red]wrong[/]"
            console.print(f"{mark} {name}: {said}", highlight=False)
    sys.exit(0 if all(ok for ok, _ in results.values()) else 1)


def _outcome(check: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, check()
    except DomainError as error:
        return False, error.message
    except Exception as error:  # whatever a driver raises is the finding
        return False, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no detail'}"


def _database() -> str:
    engine = runtime().engine
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        if not migrations.is_current(connection):
            message = "the schema is not this version's: run `newsletter db upgrade`"
            raise RuntimeError(message)
    return f"{engine.dialect.name} answers, and its schema is current"


def _broker() -> str:
    with open_redis(runtime().settings.effective_redis_url, patience=2) as client:
        client.ping()
    return "answers"


def _workers() -> str:
    heartbeats = read_heartbeats(runtime().settings.effective_redis_url)
    if heartbeats is None:
        message = "nobody knows whether they run, because the broker does not answer"
        raise RuntimeError(message)
    if heartbeats.silent:
        message = (
            f"no worker of the queue {', '.join(heartbeats.silent)} gave a sign of life for half a minute"
        )
        raise RuntimeError(message)
    if is_silent(heartbeats.sweep_age):
        message = "the periodic worker runs, but its timer has not swept the database for half a minute"
        raise RuntimeError(message)
    return "every queue is served, and the database is swept"


def _relay() -> str:
    settings = runtime().settings
    try:
        with reading(), runtime().session() as session:
            configs = transport_configs(session, settings.secrets, settings.effective_smtp_url)
            availabilities = read_availability(session, configs, "", clock.now())
    except SQLAlchemyError:  # the database has a line of its own
        configs, availabilities = environment_transports(settings.effective_smtp_url), []
    unavailable = [each for each in availabilities if each.needs_operator]
    for each in unavailable:
        if each.obstacle is not Obstacle.PAUSED:
            raise OperatorMustAct("relay", f"{each.config.name}: {each.sentence}")
    paused = {each.config.key for each in unavailable}
    sentences = []
    for config in configs:
        if config.key not in paused:
            open_session(config.relay, settings.mail_name).close()
        sentences.append(f"{config.relay.where} {'is paused' if config.key in paused else 'lets us in'}")
    if len(paused) == len(configs):
        raise OperatorMustAct("relay", "; ".join(sentences))
    return "; ".join(sentences)


def _signing() -> str:
    try:
        with reading(), runtime().session() as session:
            domains = check_active(session, runtime().settings.secrets, ask_dns)
    except SQLAlchemyError as error:
        message = "nobody knows which keys are in use, because the database cannot be read"
        raise RuntimeError(message) from error
    return f"the DNS has the keys of {', '.join(domains)}" if domains else "no mail is signed here"


def _data_dir() -> str:
    folder = runtime().settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".probe"
    probe.write_bytes(b"")
    probe.unlink()
    return f"{folder} can be written"


def _files() -> str:
    settings = runtime().settings
    database = runtime().engine.url.database if runtime().engine.dialect.name == "sqlite" else None
    beside = [Path(f"{database}{ending}") for ending in ("", "-wal", "-shm")] if database else []
    found = open_to_others([settings.data_dir, *beside])
    if found:
        commands = f"`chmod -R go-rwx {settings.data_dir}`"
        if database and settings.data_dir not in Path(database).parents:
            commands += f" and `chmod go-rwx {database}*`"
        sentence = f"other users of this machine can open {found[0]}"
        if len(found) > 1:
            sentence += f" and {len(found) - 1} more"
        raise OperatorMustAct("file_modes", f"{sentence}: run {commands}")
    return "nobody else on this machine can open them"


def _front_end() -> str:
    if not (static_dir() / ".vite" / "manifest.json").exists():
        message = "it has not been built: run `make setup`"
        raise RuntimeError(message)
    return "is built"


CHECKS: dict[str, Callable[[], str]] = {
    "data directory": _data_dir,
    "files": _files,
    "database": _database,
    "broker": _broker,
    "workers": _workers,
    "relay": _relay,
    "signing": _signing,
    "front end": _front_end,
}
