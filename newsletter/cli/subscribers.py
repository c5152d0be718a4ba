"""`newsletter subscribers`: import, export, find, show, suppress and erase subscribers."""

from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.subscribers_export import export
from newsletter.cli.subscribers_find import erase, find
from newsletter.cli.subscribers_import import import_file, undo
from newsletter.cli.subscribers_suspects import suspects
from newsletter.cli.subscribers_tag import tag, untag
from newsletter.cli.suppression import add

if TYPE_CHECKING:
    from newsletter.mailings.of_subscriber import ReceivedPage

publication_option = click.option("--publication", "slug", required=True, help="The slug of the publication.")


@click.group("subscribers", help="Import, export, find, show and erase subscribers.")
def command() -> None: ...


@command.command("count")
@publication_option
@json_option
def count(slug: str, as_json: bool) -> None:
    """Count active, pending, paused and ended subscriptions."""
    from newsletter.publications.find import find_publication
    from newsletter.subscribers.find import count_subscriptions

    with session() as opened:
        counts = count_subscriptions(opened, find_publication(opened, slug).id)
    sentence = ", ".join(f"{number:,} {state}" for state, number in counts.items())
    answer(as_json, counts, sentence + ".")


@command.command("show")
@click.argument("email")
@json_option
def show(email: str, as_json: bool) -> None:
    """Show everything that is known about one person."""
    from newsletter.core.addresses import parse_address
    from newsletter.mailings.of_subscriber import deliveries_of
    from newsletter.subscribers.export_data import export_data
    from newsletter.subscribers.find import find_by_address

    with session() as opened:
        subscriber_id = find_by_address(opened, parse_address(email)).id
        data = export_data(opened, subscriber_id)
        received = deliveries_of(opened, subscriber_id)
    answer(as_json, data, "\n".join([*_profile_lines(data), *_delivery_lines(received)]))


def _profile_lines(data: dict[str, Any]) -> list[str]:
    person = data["subscriber"]
    lines = [f"{person['email']}  {person['name']}".rstrip(), f"Known since {person['created_at']}."]
    if data["suppression"]:
        lines.append(f"Suppressed: {data['suppression']['reason']}, since {data['suppression']['at']}.")
    for subscription in data["subscriptions"]:
        reason = f" ({subscription['ended_reason']})" if subscription["ended_reason"] else ""
        lines.append(f"{subscription['publication']}: {subscription['state']}{reason}")
        lines += [
            f"  {consent['at']}  {consent['kind']} by {consent['source']}"
            for consent in subscription["consents"]
        ]
    return lines


def _delivery_lines(received: "ReceivedPage") -> list[str]:
    """A line for the delivery of each mailing to them, newest first."""
    lines = []
    for delivery in received.rows:
        reply = f"{delivery.code} {delivery.enhanced}".rstrip() if delivery.code else ""
        why = ", ".join(filter(None, [delivery.reason.replace("_", " "), reply]))
        at = f"  {delivery.at.isoformat(timespec='seconds')}" if delivery.at else ""
        outcome = delivery.outcome.replace("_", " ")
        lines.append(f"Mailing {delivery.mailing_id}: {outcome}{f' ({why})' if why else ''}{at}")
    return [*lines, "Older deliveries: --json lists them all."] if received.older else lines


for below in (import_file, undo, export, find, erase, tag, untag, suspects):
    command.add_command(below)
command.add_command(add, "suppress")
