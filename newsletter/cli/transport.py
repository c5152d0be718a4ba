"""`newsletter transport`: the relays that mail leaves by, and how much each of them takes."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from newsletter.cli.environment import answer, json_option, runtime, session

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.transports.relay_settings import RelaySettings
    from newsletter.transports.transport_config import TransportConfig

Command = TypeVar("Command", bound=Callable[..., Any])

LIMITS = {
    "weight": "Its share of the mail; 0: a reserve that sends when no other can.",
    "connections": "Connections at once, of all workers together.",
    "messages_per_connection": "Messages on one connection.",
    "per_second": "Messages a second, such as 10 or 0.5.",
    "per_day": "Messages a day, in its zone.",
    "provider_limits": "Messages a second to single receivers: “gmail=20 microsoft=5”.",
    "hours": "When it sends, such as 08:00-20:00.",
    "zone": "The time zone of its hours and days, such as Europe/Rome.",
    "warm_up_from": "The first day of a warm-up, such as 2026-09-01.",
    "warm_up_per_day": "Messages on that day; each day after it half as many more.",
    "dialogue": "The fastest way to talk to it: chunking, pipelining or plain.",
}


@click.group("transport", help="Set up, watch, test and pause the relays that mail leaves by.")
def command() -> None: ...


def relay_options(*, required: bool) -> Callable[[Command], Command]:
    """Where it is and who we are there. A password is never an argument: those are seen by everybody."""

    def decorate(function: Command) -> Command:
        for option in (
            click.option(
                "--password-file",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="Read the password from this file.",
            ),
            click.option("--password-stdin", is_flag=True, help="Read the password from standard input."),
            click.option("--username", help="Who we are there; empty: it knows us by itself."),
            click.option("--security", help="starttls, tls or none; starttls when nothing is said."),
            click.option("--port", help="Its port; the usual one when nothing is said."),
            click.option("--host", required=required, help="Its name, or its IP address."),
        ):
            function = option(function)
        return function

    return decorate


def limit_options(function: Command) -> Command:
    """How much it takes; what is not named stays, and an empty text is no limit."""
    for name, words in reversed(LIMITS.items()):
        function = click.option(f"--{name.replace('_', '-')}", name, help=words)(function)
    return function


@command.command("add")
@click.argument("name")
@relay_options(required=True)
@limit_options
@json_option
def add(name: str, as_json: bool, **typed: Any) -> None:
    """Add a relay, called NAME. With a relay here, SMTP_URL is used no more."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.add import add_transport
    from newsletter.transports.limit_settings import check_limits

    facts = _facts(typed, None)
    limits = check_limits(_given(typed, LIMITS))
    with session() as opened:
        made = add_transport(
            opened, facts, runtime().settings.secrets, name=name, limits=limits, actor=COMMAND_LINE
        )
        opened.commit()
    when = "from now on" if limits.weight else "when no other relay can send"
    said = f"{made.name} is transport {made.id}: mail leaves by {facts.relay.where} {when}."
    answer(
        as_json,
        {"id": made.id, "name": made.name, "relay": facts.relay.where},
        f"{said}\nTry it: newsletter transport test {made.id} --to you@example.org",
    )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the relays in their order: how things stand, their share, and what is used of today."""
    from newsletter.cli.transport_lines import as_facts, lines
    from newsletter.core import clock
    from newsletter.transports.overview import overview

    with session() as opened:
        told = overview(opened, _transport_configs(opened), clock.now())
    answer(as_json, {"transports": [as_facts(one) for one in told]}, lines(told))


@command.command("set")
@click.argument("transport")
@click.option("--name", help="What it is called.")
@relay_options(required=False)
@limit_options
@json_option
def set_(transport: str, name: str | None, as_json: bool, **typed: Any) -> None:
    """Change TRANSPORT (its number or its name): what is not named stays as it is."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.change import change_limits, change_relay
    from newsletter.transports.find import get_transport, stored_settings
    from newsletter.transports.limit_settings import LimitSettings, check_limits
    from newsletter.transports.relay_settings import with_kept_password

    with session() as opened:
        row = get_transport(opened, _number(opened, transport))
        if (
            _given(typed, ("host", "port", "security", "username", "password_file"))
            or typed["password_stdin"]
        ):
            facts = _facts(typed, row)
            if not facts.password:
                facts = with_kept_password(facts, stored_settings(row, runtime().settings.secrets))
            change_relay(opened, row.id, facts, runtime().settings.secrets, actor=COMMAND_LINE)
        limits = check_limits(_given(typed, LIMITS), LimitSettings.of(row))
        row = change_limits(opened, row.id, limits, name=name, actor=COMMAND_LINE)
        opened.commit()
        told = {"id": row.id, "name": row.name, "relay": f"{row.host}:{row.port}"}
    answer(as_json, told, f"{row.name} is changed. It counts from the next messages on.")


@command.command("test")
@click.argument("transport")
@click.option("--to", help="Where the test message goes; to its own sender when nothing is said.")
@click.option("--from", "sender", help="Its sender; that of the first publication when nothing is said.")
@json_option
def test(transport: str, to: str | None, sender: str | None, as_json: bool) -> None:
    """Try TRANSPORT step by step, up to a short message; exit 1 when it fails."""
    from newsletter import audit
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.cli.transport_lines import findings_as_facts, findings_lines
    from newsletter.core.addresses import parse_address
    from newsletter.core.errors import Refused
    from newsletter.transports.send_probe import failed_step, try_out

    settings = runtime().settings
    with session() as opened:
        config = _transport_config(opened, transport)
        sender = parse_address(sender).email if sender else _sender(opened)
    if config.broken:
        raise config.broken
    if not sender:
        raise Refused("no_sender", "No publication has a sender yet: name one, --from news@example.org.")
    recipient = parse_address(to).email if to else sender
    findings = try_out(config.relay, settings.mail_name, sender, recipient, settings.effective_public_url)
    failed = failed_step(findings)
    with session() as opened:
        told = {"relay": config.relay.where, "failed": failed.value if failed else ""}
        audit.record(opened, "relay.tested", "transport", None, actor=COMMAND_LINE, **told)
        opened.commit()
    answer(
        as_json,
        {"relay": config.relay.where, "ok": failed is None, "steps": findings_as_facts(findings)},
        findings_lines(findings, config.relay.where, recipient),
    )
    sys.exit(1 if failed else 0)


@command.command("pause")
@click.argument("transport")
@json_option
def pause(transport: str, as_json: bool) -> None:
    """Send nothing more by TRANSPORT; the others take over."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.pause import pause_transport

    with session() as opened:
        done = pause_transport(opened, _number(opened, transport), actor=COMMAND_LINE)
        opened.commit()
    answer(as_json, {"changed": done}, "It is paused." if done else "It was paused already.")


@command.command("resume")
@click.argument("transport")
@json_option
def resume(transport: str, as_json: bool) -> None:
    """Send by TRANSPORT again, when its trouble is mended or nobody wants it paused any more."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.pause import resume_transport, resume_transport_config

    with session() as opened:
        config = _transport_config(opened, transport)
        if config.key.startswith("transport:"):
            done = resume_transport(opened, _number(opened, transport), actor=COMMAND_LINE)
        else:
            done = resume_transport_config(opened, config.key, config.relay.where, actor=COMMAND_LINE)
        opened.commit()
    answer(as_json, {"changed": done}, "It sends again." if done else "Nothing was in its way.")


@command.command("remove")
@click.argument("transport")
@json_option
def remove(transport: str, as_json: bool) -> None:
    """Forget TRANSPORT with its password. Without any, mail leaves by SMTP_URL again."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.remove import remove_transports

    with session() as opened:
        number = _number(opened, transport)
        remove_transports(opened, actor=COMMAND_LINE, transport_id=number)
        opened.commit()
    answer(as_json, {"removed": number}, "It is removed, and its password deleted.")


def _given(typed: dict[str, Any], names: Any) -> dict[str, str]:
    return {name: typed[name] for name in names if typed[name] is not None}


def _facts(typed: dict[str, Any], row: Any) -> "RelaySettings":
    """What was typed, in the place of what is stored."""
    from newsletter.transports.relay_settings import check_relay

    begun = {"port": "", "security": "starttls", "username": ""}
    if row is not None:
        begun = {
            "host": row.host,
            "port": str(row.port),
            "security": row.security.value,
            "username": row.username,
        }
    given = _given(typed, ("host", "port", "security", "username"))
    if "security" in given and "port" not in given:
        begun["port"] = ""
    return check_relay(**begun | given, password=_password(typed))


def _password(typed: dict[str, Any]) -> str:
    if typed["password_stdin"]:
        return sys.stdin.readline().rstrip("\r\n")
    if typed["password_file"] is not None:
        return str(typed["password_file"].read_text(encoding="utf-8")).rstrip("\r\n")
    return ""


def _transport_configs(opened: "Session") -> "list[TransportConfig]":
    from newsletter.transports.find import transport_configs

    return transport_configs(opened, runtime().settings.secrets, runtime().settings.effective_smtp_url)


def _transport_config(opened: "Session", word: str) -> "TransportConfig":
    """The relay that `word` means: its number, its key, or a name that only it has."""
    from newsletter.core.errors import Missing

    known = _transport_configs(opened)
    exact = [one for one in known if word in {one.key, one.key.removeprefix("transport:")}]
    found = exact or [one for one in known if one.name == word]
    if len(found) != 1:
        raise Missing(
            "unknown_transport", f"No single transport is called {word}: see `newsletter transport list`."
        )
    return found[0]


def _number(opened: "Session", word: str) -> int:
    """The number of a relay that is kept here."""
    from newsletter.core.errors import Refused

    key = _transport_config(opened, word).key
    if not key.startswith("transport:"):
        raise Refused("of_environment", "This relay is in SMTP_URL: change it there.")
    return int(key.removeprefix("transport:"))


def _sender(opened: "Session") -> str:
    from newsletter.publications.find import all_publications

    return next((one.sender_email for one in all_publications(opened) if one.sender_email), "")
