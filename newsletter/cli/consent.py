"""`newsletter consent`: what somebody agreed to, in which words, when and from where."""

from typing import Any

import click

from newsletter.cli.environment import answer, json_option, session


@click.group("consent", help="Show what people agreed to.")
def command() -> None: ...


@command.command("show")
@click.argument("address")
@json_option
def show(address: str, as_json: bool) -> None:
    """Show each consent of ADDRESS, given and withdrawn, oldest first."""
    from newsletter.core.addresses import parse_address
    from newsletter.subscribers.consent_receipt import consent_receipt
    from newsletter.subscribers.find import find_by_address

    with session() as opened:
        receipt = consent_receipt(opened, find_by_address(opened, parse_address(address)).id)
        facts = receipt.facts()
    answer(as_json, facts, "\n".join(_lines(facts)))


def _lines(facts: dict[str, Any]) -> list[str]:
    lines = [" ".join(filter(None, [facts["email"], facts["name"]]))]
    for change in facts["address_changes"]:
        lines.append(f"{change['at']}  address changed from {change['from']} to {change['to']}")
    for subscription in facts["subscriptions"]:
        lines.append(f"{subscription['publication']}: {subscription['state']}")
        for consent in subscription["consents"]:
            by = f" ({consent['actor']})" if consent["actor"] else ""
            ip = f" from {consent['ip']}" if consent["ip"] else ""
            lines.append(f"  {consent['at']}  {consent['kind']} by {consent['source']}{by}{ip}")
            lines += [f"    {name}: {value}" for name, value in _came_from(consent)]
            if consent["text"]:
                version = f", version {consent['text_version']}" if consent["text_version"] else ""
                lines.append(f"    “{consent['text']}” ({consent['locale'] or 'no language'}{version})")
    return lines


def _came_from(consent: dict[str, Any]) -> list[tuple[str, Any]]:
    """What led to a consent: page, marks of a campaign, issue of the archive, import."""
    origin = consent["origin"]
    marks = ", ".join(f"{word}={mark}" for word, mark in origin.get("utm", {}).items())
    told = [("page", origin.get("page")), ("campaign", marks), ("issue", origin.get("issue_id"))]
    return [(name, value) for name, value in [*told, ("import", consent["import"])] if value]
