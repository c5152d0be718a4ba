"""`newsletter transport`: add, change, test, pause and remove the relays that mail leaves by."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ClearableOption

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.transports.relay_settings import RelaySettings
    from newsletter.transports.transport_config import TransportConfig

Command = TypeVar("Command", bound=Callable[..., Any])

LIMITS = {
    "weight": "Its share of the mail; 0: a backup, used only when no other relay can send.",
    "connections": "Connections at once, across all workers.",
    "messages_per_connection": "Messages per connection.",
    "per_second": "Messages a second, such as 10 or 0.5.",
    "per_day": "Messages a day, in its zone.",
    "provider_limits": "Messages a second per provider: “gmail=20 microsoft=5”.",
    "hours": "When it sends, such as 08:00-20:00.",
    "zone": "The time zone of its hours and days, such as Europe/Rome.",
    "warm_up_from": "The first day of a warm-up, such as 2026-09-01.",
    "warm_up_per_day": "Messages on that day; then half as many again each day.",
    "dialogue": "The fastest way to talk to it: chunking, pipelining or plain.",
}


@click.group("transport", help="Set up, monitor, test and pause the relays that send your mail.")
def command() -> None: ...


def relay_options(*, required: bool) -> Callable[[Command], Command]:
    """The options for address and credentials. No option takes a password: all users see the arguments."""

    def decorate(function: Command) -> Command:
        for option in (
            click.option(
                "--password-file",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="Read the password from this file.",
            ),
            click.option("--password-stdin", is_flag=True, help="Read the password from standard input."),
            click.option("--username", cls=ClearableOption, help="The user name; empty: no sign-in."),
            click.option(
                "--security",
                help="starttls (on this machine, only where it is offered), tls or none; starttls"
                " by default.",
            ),
            click.option("--port", help="Its port; the usual one by default."),
            click.option("--host", required=required, help="Its name, or its IP address."),
        ):
            function = option(function)
        return function

    return decorate


def limit_options(function: Command) -> Command:
    """The options for limits. An empty text is no limit."""
    for name, words in reversed(LIMITS.items()):
        function = click.option(f"--{name.replace('_', '-')}", name, cls=ClearableOption, help=words)(
            function
        )
    return function


@command.command("add")
@click.argument("name")
@relay_options(required=True)
@limit_options
@json_option
def add(name: str, as_json: bool, **typed: Any) -> None:
    """Add a relay called NAME. Once there is a relay here, SMTP_URL is no longer used."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.edit import add_transport
    from newsletter.transports.limit_settings import check_limits

    relay = _relay_settings(typed, None)
    limits = check_limits(_given(typed, LIMITS))
    with session() as opened:
        transport = add_transport(
            opened, relay, runtime().settings.secrets, name=name, limits=limits, actor=COMMAND_LINE
        )
        opened.commit()
    when = "from now on" if limits.weight else "when no other relay can send"
    sentence = (
        f"{transport.name} is transport {transport.id}: mail is sent through {relay.relay.where} {when}."
    )
    answer(
        as_json,
        {"id": transport.id, "name": transport.name, "relay": relay.relay.where},
        f"{sentence}\nTry it: newsletter transport test {transport.id} --to you@example.org",
    )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the relays in order: whether they send, their share, and how much of today's limit is used."""
    from newsletter.cli.transport_lines import as_facts, lines
    from newsletter.core import clock
    from newsletter.transports.overview import overview

    with session() as opened:
        overviews = overview(opened, _transport_configs(opened), clock.now())
    answer(as_json, {"transports": [as_facts(each) for each in overviews]}, lines(overviews))


@command.command("set")
@click.argument("transport")
@click.option("--name", cls=ClearableOption, help="Its name; empty: its host.")
@relay_options(required=False)
@limit_options
@json_option
def set_(transport: str, name: str | None, as_json: bool, **typed: Any) -> None:
    """Change TRANSPORT (its number or its name). Options that are left out are not changed."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.edit import change_limits, change_relay
    from newsletter.transports.find import get_transport, stored_settings
    from newsletter.transports.limit_settings import LimitSettings, check_limits
    from newsletter.transports.relay_settings import with_kept_password

    with session() as opened:
        row = get_transport(opened, _number(opened, transport))
        if (
            _given(typed, ("host", "port", "security", "username", "password_file"))
            or typed["password_stdin"]
        ):
            relay = _relay_settings(typed, row)
            if not relay.password:
                relay = with_kept_password(relay, stored_settings(row, runtime().settings.secrets))
            change_relay(opened, row.id, relay, runtime().settings.secrets, actor=COMMAND_LINE)
        limits = check_limits(_given(typed, LIMITS), LimitSettings.of(row))
        row = change_limits(opened, row.id, limits, name=name, actor=COMMAND_LINE)
        opened.commit()
        changed = {"id": row.id, "name": row.name, "relay": f"{row.host}:{row.port}"}
    answer(as_json, changed, f"{row.name} was changed. The next messages use it.")


@command.command("test")
@click.argument("transport")
@click.option("--to", help="Where the test message goes; to its own sender by default.")
@click.option("--from", "sender", help="Its sender; that of the first publication by default.")
@json_option
def test(transport: str, to: str | None, sender: str | None, as_json: bool) -> None:
    """Test TRANSPORT step by step, up to a short message; exit 1 if it fails."""
    from newsletter import audit
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.cli.transport_lines import findings_as_facts, findings_lines
    from newsletter.core.addresses import parse_address, parse_sender_address
    from newsletter.core.errors import Refused
    from newsletter.transports.send_probe import failed_step, send_probe

    settings = runtime().settings
    with session() as opened:
        config = _transport_config(opened, transport)
        sender = parse_sender_address(sender).email if sender else _sender(opened)
    if config.broken:
        raise config.broken
    if not sender:
        raise Refused("no_sender", "No publication has a sender yet: give one with --from news@example.org.")
    recipient = parse_address(to).email if to else sender
    findings = send_probe(config.relay, settings.mail_name, sender, recipient, settings.effective_public_url)
    failed = failed_step(findings)
    with session() as opened:
        outcome = {"relay": config.relay.where, "failed": failed.value if failed else ""}
        audit.record(opened, "relay.tested", "transport", None, actor=COMMAND_LINE, **outcome)
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
    """Stop sending through TRANSPORT; the others take over."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.edit import pause_transport

    with session() as opened:
        done = pause_transport(opened, _number(opened, transport), actor=COMMAND_LINE)
        opened.commit()
    answer(as_json, {"changed": done}, "It is paused." if done else "It was already paused.")


@command.command("resume")
@click.argument("transport")
@json_option
def resume(transport: str, as_json: bool) -> None:
    """Send through TRANSPORT again, after a pause or once its problem is fixed."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.edit import resume_environment_transport, resume_transport

    with session() as opened:
        config = _transport_config(opened, transport)
        if config.key.startswith("transport:"):
            done = resume_transport(opened, _number(opened, transport), actor=COMMAND_LINE)
        else:
            done = resume_environment_transport(opened, config.key, config.relay.where, actor=COMMAND_LINE)
        opened.commit()
    answer(as_json, {"changed": done}, "It is sending again." if done else "It was already sending.")


@command.command("remove")
@click.argument("transport")
@json_option
def remove(transport: str, as_json: bool) -> None:
    """Remove TRANSPORT and its password. Without any, mail is sent through SMTP_URL again."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports.edit import remove_transports

    with session() as opened:
        number = _number(opened, transport)
        remove_transports(opened, actor=COMMAND_LINE, transport_id=number)
        opened.commit()
    answer(as_json, {"removed": number}, "It was removed and its password deleted.")


def _given(typed: dict[str, Any], names: Any) -> dict[str, str]:
    return {name: typed[name] for name in names if typed[name] is not None}


def _relay_settings(typed: dict[str, Any], row: Any) -> "RelaySettings":
    """What was typed, and what is stored in `row` (None: nothing) for what was not."""
    from newsletter.transports.relay_settings import check_relay

    stored = {"port": "", "security": "starttls", "username": ""}
    if row is not None:
        stored = {
            "host": row.host,
            "port": str(row.port),
            "security": row.security.value,
            "username": row.username,
        }
    given = _given(typed, ("host", "port", "security", "username"))
    if "security" in given and "port" not in given:
        stored["port"] = ""
    return check_relay(**stored | given, password=_password(typed))


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
    """The relay with this number, key or unique name. Raises `Missing`."""
    from newsletter.core.errors import Missing

    configs = _transport_configs(opened)
    exact = [each for each in configs if word in {each.key, each.key.removeprefix("transport:")}]
    matching = exact or [each for each in configs if each.name == word]
    if len(matching) != 1:
        raise Missing("unknown_transport", f"No transport is called {word}: see `newsletter transport list`.")
    return matching[0]


def _number(opened: "Session", word: str) -> int:
    """The number of a stored relay. Raises `Missing`, or `Refused` for one of SMTP_URL."""
    from newsletter.core.errors import Refused

    key = _transport_config(opened, word).key
    if not key.startswith("transport:"):
        raise Refused("of_environment", "This relay is in SMTP_URL: change it there.")
    return int(key.removeprefix("transport:"))


def _sender(opened: "Session") -> str:
    from newsletter.publications.find import all_publications

    return next((one.sender_email for one in all_publications(opened) if one.sender_email), "")
