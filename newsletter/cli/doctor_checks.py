"""The checks of `newsletter doctor`: each returns a sentence, or raises what is wrong."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from newsletter import migrations
from newsletter.cli.environment import runtime
from newsletter.core import clock
from newsletter.core.addresses import parse_sender_address
from newsletter.core.db import reading
from newsletter.core.errors import DomainError, Refused
from newsletter.core.paths import static_dir
from newsletter.dns_records.ask import ask_dns
from newsletter.health.check import unsubscribes_state
from newsletter.health.file_modes import open_to_others
from newsletter.health.heartbeats import is_silent, open_redis, read_heartbeats
from newsletter.outbox.failed import LATELY, failed_messages
from newsletter.outbox.waiting import put_off_since
from newsletter.publications.find import all_publications
from newsletter.smtp.session import open_session
from newsletter.transports.availability import Availability, Obstacle, read_availability
from newsletter.transports.dkim_keys import check_active
from newsletter.transports.environment import environment_transports
from newsletter.transports.find import transport_configs

# A relay that does not know us yet may put a message off for some minutes (RFC 6647).
STUCK_AFTER = timedelta(hours=1)
MOST_MESSAGES = 1_000


class Troubles(Exception):
    """Several things are wrong, one sentence for each."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


@dataclass(frozen=True)
class Check:
    """`needs`: the checks without which it would only repeat their trouble."""

    run: Callable[[], str]
    needs: tuple[str, ...] = ("settings",)


def _settings() -> str:
    return f"readers reach the service at {runtime().settings.effective_public_url}"


def _files() -> str:
    settings = runtime().settings
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    folders = (settings.data_dir, settings.media_dir, settings.mailbox_dir, settings.tally_dir)
    troubles = list(_unwritable((*folders, settings.runtime_dir)))
    troubles += [
        f"{file} cannot be written: it belongs to another user"
        for file in sorted(settings.data_dir.glob("*.db*"))
        if not os.access(file, os.R_OK | os.W_OK)
    ]
    if troubles:
        raise Troubles(troubles)
    return f"{settings.data_dir} can be written"


def _unwritable(folders: tuple[Path, ...]) -> Iterator[str]:
    """A sentence for each folder that is there and in which no file can be made."""
    for folder in folders:
        if not folder.exists():
            continue
        probe = folder / ".probe"
        try:
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            yield f"{folder} cannot be written: {error.strerror}"


def _file_modes() -> str:
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
        raise Troubles([f"{sentence}: run {commands}"])
    return "nobody else on this machine can open them"


def _database() -> str:
    engine = runtime().engine
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        if not migrations.is_current(connection):
            message = "the schema is not this version's: run `newsletter db upgrade`"
            raise Troubles([message])
    return f"{engine.dialect.name} answers, and its schema is current"


def _broker() -> str:
    with open_redis(runtime().settings.effective_redis_url, patience=2) as client:
        client.ping()
    return "answers"


def _workers() -> str:
    heartbeats = read_heartbeats(runtime().settings.effective_redis_url)
    if heartbeats is None:
        raise Troubles(["cannot tell whether they are running, because the broker is not responding"])
    troubles = [
        f"no worker of the queue {queue} gave a sign of life for half a minute" for queue in heartbeats.silent
    ]
    if not troubles and is_silent(heartbeats.sweep_age):
        troubles = ["the periodic worker is running, but has not checked the database for half a minute"]
    if troubles:
        raise Troubles(troubles)
    return "every queue has a worker, and the database is checked regularly"


def _relay() -> str:
    """Open a session with each relay that nobody has paused."""
    mail_name = runtime().settings.mail_name
    said: list[str] = []
    troubles: list[str] = []
    for availability in _relays():
        config = availability.config
        if availability.obstacle is Obstacle.PAUSED:
            said.append(f"{config.relay.where} is paused")
        elif availability.needs_operator:
            troubles.append(f"{config.name}: {availability.sentence}")
        else:
            try:
                open_session(config.relay, mail_name).close()
            except DomainError as error:
                troubles.append(error.message)
            else:
                said.append(f"{config.relay.where} accepts our connection")
    if troubles:
        raise Troubles(troubles)
    if all(sentence.endswith("is paused") for sentence in said):
        raise Troubles(said)
    return "; ".join(said)


def _relays() -> list[Availability]:
    """Each relay and whether it may be used; without a database, those of SMTP_URL."""
    settings = runtime().settings
    try:
        with reading(), runtime().session() as session:
            configs = transport_configs(session, settings.secrets, settings.effective_smtp_url)
            return read_availability(session, configs, "", clock.now())
    except SQLAlchemyError:  # the database has a line of its own
        return [Availability(config) for config in environment_transports(settings.effective_smtp_url)]


def _signing() -> str:
    with reading(), runtime().session() as session:
        domains = check_active(session, runtime().settings.secrets, ask_dns)
    return f"the DNS has the keys of {', '.join(domains)}" if domains else "no mail is signed here"


def _publications() -> str:
    with reading(), runtime().session() as session:
        publications = all_publications(session)
        troubles = [
            f"{publication.slug}: {problem}"
            for publication in publications
            for problem in dict.fromkeys(
                map(_sender_problem, (publication.sender_email, publication.reply_to))
            )
            if problem
        ]
    if troubles:
        raise Troubles(troubles)
    return "every one can send mail" if publications else "there is none yet"


def _sender_problem(email: str) -> str:
    try:
        if email:
            parse_sender_address(email)
    except Refused as error:
        return error.message
    return ""


def _failed_messages() -> str:
    with reading(), runtime().session() as session:
        errors = Counter(message.error for message in failed_messages(session, limit=MOST_MESSAGES))
    if errors:
        raise Troubles(
            [f"{count:,} of the last {LATELY.days} days: {error}" for error, count in errors.items()]
        )
    return f"none in the last {LATELY.days} days"


def _waiting_messages() -> str:
    with reading(), runtime().session() as session:
        errors = put_off_since(session, clock.now() - STUCK_AFTER)
    if errors:
        raise Troubles([f"{count:,} for more than an hour: {error}" for error, count in errors.items()])
    return "none for more than an hour"


def _unsubscribes() -> str:
    found = unsubscribes_state(runtime().settings.unsubscribe_dir)
    troubles = []
    if found.failed:
        troubles.append(f"{found.failed} could not be processed, see the log and {found.failed_folder}")
    if found.waiting:
        troubles.append(f"{found.waiting} wait for the database")
    if troubles:
        raise Troubles(troubles)
    return "none waits for the database"


def _front_end() -> str:
    if not (static_dir() / ".vite" / "manifest.json").exists():
        raise Troubles(["it has not been built: run `make setup`"])
    return "is built"


CHECKS = {
    "settings": Check(_settings, needs=()),
    "data directory": Check(_files),
    "files": Check(_file_modes),
    "database": Check(_database),
    "unsubscribes": Check(_unsubscribes),
    "broker": Check(_broker),
    "workers": Check(_workers, needs=("settings", "broker")),
    "relay": Check(_relay),
    "signing": Check(_signing, needs=("settings", "database")),
    "publications": Check(_publications, needs=("settings", "database")),
    "failed system messages": Check(_failed_messages, needs=("settings", "database")),
    "waiting system messages": Check(_waiting_messages, needs=("settings", "database", "relay")),
    "front end": Check(_front_end, needs=()),
}
