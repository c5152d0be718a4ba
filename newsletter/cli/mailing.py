"""`newsletter mailing`: status, pause, resume, cancel, retry and throttle mailings, and list recipients."""

import sys
from collections.abc import Callable

import click
from sqlalchemy import select

from newsletter import audit
from newsletter.cli import mailing_ledger, mailing_retry
from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.parameters import ID
from newsletter.cli.totals_table import print_totals
from newsletter.core import clock
from newsletter.mailings.models import Mailing
from newsletter.mailings.totals import DisplayedState, MailingTotals, read_totals
from newsletter.sending import control

POLL_SECONDS = 0.5


@click.group("mailing", help="Watch and control mailings, and inspect their ledgers.")
def command() -> None: ...


@command.command("status")
@click.argument("mailing_id", type=ID)
@click.option("--wait", is_flag=True, help="Wait until it has finished, or has stopped and says why.")
@json_option
def status(mailing_id: int, wait: bool, as_json: bool) -> None:
    """Show a mailing's counts, which always add up."""
    totals = _read(mailing_id)
    while wait and not totals.over and totals.state is not DisplayedState.PAUSED:
        clock.sleep(POLL_SECONDS)
        totals = _read(mailing_id)
    print_totals(totals, as_json)
    if wait and not totals.over:
        sys.exit(1)


@command.command("list")
@json_option
def list_mailings(as_json: bool) -> None:
    """List the mailings, newest first."""
    with session() as opened:
        mailings = [
            read_totals(opened, mailing_id)
            for mailing_id in opened.scalars(select(Mailing.id).order_by(Mailing.id.desc()).limit(50))
        ]
    lines = [f"{a.mailing}: {a.state}, {a.sent:,} of {a.candidates:,} sent" for a in mailings]
    answer(as_json, {"mailings": [a.as_json() for a in mailings]}, "\n".join(lines) or "No mailings yet.")


Action = Callable[..., Mailing]


def _apply(action: Action, mailing_id: int, as_json: bool) -> None:
    with session() as opened:
        action(opened, mailing_id, actor=audit.COMMAND_LINE)
        opened.commit()
        print_totals(read_totals(opened, mailing_id), as_json)


@command.command("pause")
@click.argument("mailing_id", type=ID)
@json_option
def pause(mailing_id: int, as_json: bool) -> None:
    """Pause; messages in flight finish first."""
    _apply(control.pause, mailing_id, as_json)


@command.command("resume")
@click.argument("mailing_id", type=ID)
@json_option
def resume(mailing_id: int, as_json: bool) -> None:
    """Resume exactly where it stopped."""
    _apply(control.resume, mailing_id, as_json)


@command.command("cancel")
@click.argument("mailing_id", type=ID)
@json_option
def cancel(mailing_id: int, as_json: bool) -> None:
    """Cancel for good; people not reached yet are excluded."""
    _apply(control.cancel, mailing_id, as_json)


def _read(mailing_id: int) -> MailingTotals:
    with session() as opened:
        return read_totals(opened, mailing_id)


for subcommand in (
    mailing_retry.retry,
    mailing_retry.resend,
    mailing_retry.throttle,
    mailing_ledger.list_recipients,
    mailing_ledger.domains,
    mailing_ledger.codes,
):
    command.add_command(subcommand)
