"""`newsletter dkim`: the keys that sign mail, so that receivers know it is yours."""

from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID

if TYPE_CHECKING:
    from newsletter.transports.dkim_keys import Published
    from newsletter.transports.models import DkimKey


@click.group("dkim", help="Create the keys that sign mail, publish and activate them.")
def command() -> None: ...


@command.command("add")
@click.argument("domain")
@click.option("--selector", help="Its name in the DNS; the year and month by default.")
@click.option(
    "--ed25519", is_flag=True, help="A short key (RFC 8463), alongside an RSA key that everyone can verify."
)
@json_option
def add(domain: str, selector: str | None, ed25519: bool, as_json: bool) -> None:
    """Create a key for DOMAIN, the domain of senders' addresses. It signs once it is activated."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.smtp.dkim import Algorithm
    from newsletter.transports.dkim_keys import make_key
    from newsletter.transports.dkim_rotation import free_selector

    algorithm = Algorithm.ED25519 if ed25519 else Algorithm.RSA
    with session() as opened:
        name = selector or free_selector(opened, domain, algorithm)
        made = make_key(opened, domain, name, algorithm, runtime().settings.secrets, actor=COMMAND_LINE)
        opened.commit()
        answer(
            as_json,
            _facts(made.key, made),
            f"{_to_publish(made)}\n\nThen: newsletter dkim activate {made.key.id}",
        )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the keys, by domain."""
    from newsletter.transports.dkim_keys import list_keys

    with session() as opened:
        keys = list_keys(opened)
        lines = [f"{key.id}: {key.domain}, {key.selector}, {key.algorithm}, " + _state(key) for key in keys]
    answer(
        as_json,
        {"keys": [_facts(key) for key in keys]},
        "\n".join(lines) or "No keys yet: mail is not signed here.",
    )


@command.command("record")
@click.argument("key_id", type=ID)
@json_option
def record(key_id: int, as_json: bool) -> None:
    """Print the DNS record of a key."""
    from newsletter.transports.dkim_keys import find_key, published

    with session() as opened:
        published_key = published(find_key(opened, key_id), runtime().settings.secrets)
        answer(as_json, _facts(published_key.key, published_key), _to_publish(published_key))


@command.command("activate")
@click.argument("key_id", type=ID)
@click.option("--without-checking", is_flag=True, help="Do not check whether the DNS has the record.")
@json_option
def activate(key_id: int, without_checking: bool, as_json: bool) -> None:
    """Start signing with a key, once the DNS has its record."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.dns_records.ask import ask_dns
    from newsletter.transports import dkim_keys

    with session() as opened:
        key = dkim_keys.find_key(opened, key_id)
        lookup = None if without_checking else ask_dns
        dkim_keys.activate(opened, key, runtime().settings.secrets, lookup, actor=COMMAND_LINE)
        opened.commit()
        answer(as_json, _facts(key), f"Mail from {key.domain} is signed from now on.")


@command.command("remove")
@click.argument("key_id", type=ID)
@json_option
def remove(key_id: int, as_json: bool) -> None:
    """Stop signing with a key. Leave its record in the DNS for some weeks, for mail still on its way."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.transports import dkim_keys

    with session() as opened:
        key = dkim_keys.find_key(opened, key_id)
        facts = _facts(key)
        dkim_keys.remove(opened, key, actor=COMMAND_LINE)
        opened.commit()
        answer(as_json, facts, f"{key.selector} of {key.domain} was removed.")


def _state(key: "DkimKey") -> str:
    from newsletter.transports.dkim_rotation import record_stays_until

    if key.active_since:
        return f"signs since {key.active_since:%Y-%m-%d}"
    if key.retired_at:
        return f"no longer signs; its record is needed until {record_stays_until(key):%Y-%m-%d}"
    return "does not sign yet"


def _facts(key: "DkimKey", record: "Published | None" = None) -> dict[str, Any]:
    facts = {
        "id": key.id,
        "domain": key.domain,
        "selector": key.selector,
        "algorithm": key.algorithm,
        "active_since": key.active_since.isoformat() if key.active_since else None,
        "retired_at": key.retired_at.isoformat() if key.retired_at else None,
    }
    return facts | ({"name": record.name, "record": record.text} if record else {})


def _to_publish(record: "Published") -> str:
    return (
        f"Publish this TXT record:\n\n{record.name}\n{record.text}\n\n"
        f"In a zone file:\n\n{record.name}. IN TXT {_strings(record.text)}"
    )


def _strings(text: str) -> str:
    """The text of a record as a zone file has it: a string holds 255 octets at most (RFC 1035 §3.3)."""
    return " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))
