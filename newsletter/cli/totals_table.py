"""A mailing's totals, for people and for programs."""

import json

import click

from newsletter.cli.environment import console
from newsletter.mailings.totals import MailingTotals


def print_totals(totals: MailingTotals, as_json: bool) -> None:
    """Print the accounts; every line of the table is a term of the equation."""
    if as_json:
        click.echo(json.dumps(totals.as_json(), ensure_ascii=False))
        return
    from rich.table import Table

    console.print(f"Mailing {totals.mailing}: {totals.state}", highlight=False)
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for word in ("pending", "in_flight", "sent", "rejected", "retry", "unanswered"):
        table.add_row(word.replace("_", " "), f"{getattr(totals, word):,}")
        if word == "rejected":
            for reason, n in totals.rejected_reasons.items():
                table.add_row(f"  {reason.replace('_', ' ')}", f"{n:,}", style="dim")
    for reason, n in totals.excluded.items():
        table.add_row(f"excluded: {reason.replace('_', ' ')}", f"{n:,}")
    table.add_section()
    table.add_row("candidates", f"{totals.candidates:,}")
    console.print(table)
    for sentence in (totals.reason, _waits(totals), _throttled(totals)):
        if sentence:
            console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def _waits(totals: MailingTotals) -> str:
    if not totals.waits:
        return ""
    until = f" Next try at {totals.not_before:%H:%M:%S} UTC." if totals.not_before else ""
    return f"Nothing is being sent right now: {totals.waiting_for}{until}"


def _throttled(totals: MailingTotals) -> str:
    if totals.per_second is None or totals.over:
        return ""
    return f"At most {totals.per_second:,g} a second."
