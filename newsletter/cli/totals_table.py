"""A mailing's accounts, for people and for programs."""

import json

import click

from newsletter.cli.environment import console
from newsletter.mailings.totals import MailingTotals


def print_totals(found: MailingTotals, as_json: bool) -> None:
    """Print the accounts; every line of the table is a term of the equation."""
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    from rich.table import Table

    console.print(f"Mailing {found.mailing}: {found.state}", highlight=False)
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for word in ("pending", "in_flight", "sent", "rejected", "retry", "unanswered"):
        table.add_row(word.replace("_", " "), f"{getattr(found, word):,}")
        if word == "rejected":
            for reason, n in found.rejected_reasons.items():
                table.add_row(f"  {reason.replace('_', ' ')}", f"{n:,}", style="dim")
    for reason, n in found.excluded.items():
        table.add_row(f"excluded: {reason.replace('_', ' ')}", f"{n:,}")
    table.add_section()
    table.add_row("candidates", f"{found.candidates:,}")
    console.print(table)
    for sentence in (found.reason, _waits(found), _throttled(found)):
        if sentence:
            console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def _waits(found: MailingTotals) -> str:
    if not found.waits:
        return ""
    until = f" Asked again at {found.not_before:%H:%M:%S} UTC." if found.not_before else ""
    return f"Nothing leaves at the moment: {found.waiting_for}{until}"


def _throttled(found: MailingTotals) -> str:
    if found.per_second is None or found.over:
        return ""
    return f"At most {found.per_second:,g} a second."
