"""`newsletter feedback`: what comes back of mailings."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click


@click.group("feedback", help="Read bounces, complaints and automatic answers.")
def command() -> None: ...


@command.command("parse")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--json", "as_json", is_flag=True, help="The answer is JSON in any case.")
def parse(files: tuple[str, ...], as_json: bool) -> None:
    """Say what messages are, one JSON object a line for each: kind, reason, whose, which delivery.

    FILES are messages or mboxes, - is standard input. Nothing is stored, and nobody is suppressed.
    """
    del as_json
    from newsletter.feedback.parsers import parse as parse_message
    from newsletter.feedback.parsers.mbox import split_mbox

    for file in files:
        with click.open_file(file, "rb") as opened:
            raw = opened.read()
        for message in split_mbox(raw):
            facts = _facts(parse_message(message))
            sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")


def _facts(events: list[Any]) -> dict[str, Any]:
    """The gravest event of a message, with the others of the same message beside it."""
    from newsletter.feedback.events import EventKind

    order = list(EventKind)
    first, *others = sorted(events, key=lambda event: order.index(event.kind))
    return {**_event(first), "others": [_event(event) for event in others]}


def _event(event: Any) -> dict[str, Any]:
    clues = event.clues
    delivery = {name: value for name, value in _clues(clues) if value}
    return {
        "kind": event.kind,
        "reason": event.reason,
        "code": event.code or None,
        "smtp_code": event.smtp_code,
        "recipients": list(event.recipients),
        "delivery": delivery or None,
        "diagnostic": event.diagnostic,
        "parser": event.parser,
        "at": event.at.isoformat() if event.at else None,
    }


def _clues(clues: Any) -> Iterator[tuple[str, Any]]:
    yield "bounce_addresses", list(clues.bounce_addresses)
    yield "message_id", clues.message_id
    yield "unsubscribe_url", clues.unsubscribe_url
    yield "feedback_id", clues.feedback_id
