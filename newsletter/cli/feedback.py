"""`newsletter feedback`: what comes back of mailings."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from newsletter.cli.environment import answer, json_option, runtime, session

KINDS = ("hard", "soft", "complaint", "auto_reply", "delayed", "reply", "unknown")


@click.group("feedback", help="Read bounces, complaints and automatic answers.")
def command() -> None: ...


@command.command("parse")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--json", "as_json", is_flag=True, help="The answer is JSON in any case.")
def parse(files: tuple[str, ...], as_json: bool) -> None:
    """Classify messages, one JSON object per line: kind, reason, whose, which delivery.

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


@command.command("poll")
@json_option
def poll(as_json: bool) -> None:
    """Process bounces and complaints now: the mailbox of IMAP_URL, and refusals by relays.

    Workers do so automatically.
    """
    from newsletter.feedback.refusals import take_refusals
    from newsletter.incoming import imap
    from newsletter.incoming.receive import Receiver
    from newsletter.sending import failpoints

    given = runtime().settings
    with session():  # says whether the database is ready
        pass
    failpoints.arm(given.failpoints)
    polled = imap.Polled()
    if given.imap_url is not None:
        account = imap.read_imap_url(given.imap_url.get_secret_value())
        polled = imap.poll(account, Receiver(runtime().sessions, runtime().links))
    refusals = take_refusals(runtime().sessions)
    facts = {
        "taken": polled.taken,
        "refused": polled.refused,
        "later": polled.later,
        "refusals_of_relays": refusals,
    }
    counted = f"{polled.taken} taken, {polled.refused} refused, {polled.later} left for later"
    answer(as_json, facts, f"Messages: {counted}. Refusals of relays: {refusals}.")


@command.command("rejudge")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was received since that day (UTC)."
)
@json_option
def rejudge(since: Any, as_json: bool) -> None:
    """Classify bounces and complaints again by today's rules, and correct who is suppressed."""
    from datetime import UTC

    from newsletter.audit.record import COMMAND_LINE
    from newsletter.feedback.rejudge import rejudge as judge_again

    with session():  # says whether the database is ready
        pass
    moment = since.replace(tzinfo=UTC) if since else None
    done = judge_again(runtime().sessions, moment, actor=COMMAND_LINE)
    facts = {
        "events": done.events,
        "changed": done.changed,
        "suppressed": done.suppressed,
        "lifted": done.lifted,
    }
    people = f"{done.suppressed} suppressed, {done.lifted} no longer suppressed"
    answer(as_json, facts, f"Events: {done.events}, {done.changed} classified differently. People: {people}.")


@command.command("list")
@click.option("--address", default="", help="Only for this address.")
@click.option("--kind", type=click.Choice(KINDS), help="Only of this kind.")
@click.option("--publication", "slug", default="", help="Only for this publication.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, help="At most this many, newest first.")
@json_option
def list_(address: str, kind: str | None, slug: str, limit: int, as_json: bool) -> None:
    """List bounces, complaints and answers, newest first."""
    from newsletter.feedback.events import EventKind
    from newsletter.feedback.listing import EventFilter, list_events, row_facts
    from newsletter.publications.find import find_publication

    with session() as opened:
        publication = find_publication(opened, slug) if slug else None
        wanted = EventFilter(
            publication_id=publication.id if publication else None,
            kind=EventKind(kind) if kind else None,
            address=address,
        )
        rows = [row_facts(row) for row in list_events(opened, wanted, limit=limit)]
    lines = "\n".join(
        f"{row['received_at']:%Y-%m-%d %H:%M}  {row['kind']}  {row['reason'] or '-'}  "
        f"{row['address'] or '-'}  {row['consequence']}  {row['diagnostic']}"
        for row in rows
    )
    for row in rows:
        row["received_at"] = row["received_at"].isoformat()
    answer(as_json, {"events": rows}, lines or "Nothing has bounced, and nobody has complained.")


@command.command("hooks")
@json_option
def hooks(as_json: bool) -> None:
    """Show the URLs to which the providers in WEBHOOKS post bounces and complaints."""
    from newsletter.incoming.hooks import hook_url, read_hook_accounts

    given = runtime().settings.webhooks
    accounts = read_hook_accounts(given.get_secret_value()) if given else {}
    urls = {provider: hook_url(runtime().links, provider) for provider in accounts}
    lines = "\n".join(f"{provider}: {url}" for provider, url in urls.items())
    answer(as_json, urls, lines or "WEBHOOKS is not set, so no provider can post here.")


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
