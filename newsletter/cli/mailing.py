"""`newsletter mailing`: watch an act of sending, steer it, and look into its ledger."""

import sys
from collections.abc import Callable

import click
from sqlalchemy import select

from newsletter import audit
from newsletter.cli import mailing_again, mailing_ledger
from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.totals_table import tell
from newsletter.core import clock
from newsletter.mailings.models import Mailing
from newsletter.mailings.totals import MailingTotals, read_totals
from newsletter.sending import control

POLL_SECONDS = 0.5


@click.group("mailing", help="Watch and steer acts of sending, and look into their ledgers.")
def command() -> None: ...


@command.command("status")
@click.argument("mailing_id", type=int)
@click.option("--wait", is_flag=True, help="Wait until it is over, or stands still and says why.")
@json_option
def status(mailing_id: int, wait: bool, as_json: bool) -> None:
    """Say where every candidate of a mailing is; the counts add up at every moment."""
    found = _read(mailing_id)
    while wait and not found.over and found.state != "paused":
        clock.sleep(POLL_SECONDS)
        found = _read(mailing_id)
    tell(found, as_json)
    if wait and not found.over:
        sys.exit(1)


@command.command("list")
@json_option
def list_mailings(as_json: bool) -> None:
    """List the mailings, newest first."""
    with session() as opened:
        found = [
            read_totals(opened, mailing_id)
            for mailing_id in opened.scalars(select(Mailing.id).order_by(Mailing.id.desc()).limit(50))
        ]
    lines = [f"{a.mailing}: {a.state}, {a.sent:,} of {a.candidates:,} sent" for a in found]
    answer(as_json, {"mailings": [a.as_json() for a in found]}, "\n".join(lines) or "No mailings yet.")


Verb = Callable[..., Mailing]


def _steer(verb: Verb, mailing_id: int, as_json: bool) -> None:
    with session() as opened:
        verb(opened, mailing_id, actor=audit.COMMAND_LINE)
        opened.commit()
        tell(read_totals(opened, mailing_id), as_json)


@command.command("pause")
@click.argument("mailing_id", type=int)
@json_option
def pause(mailing_id: int, as_json: bool) -> None:
    """Let nothing more start; what is in flight is answered first."""
    _steer(control.pause, mailing_id, as_json)


@command.command("resume")
@click.argument("mailing_id", type=int)
@json_option
def resume(mailing_id: int, as_json: bool) -> None:
    """Go on exactly where it stopped."""
    _steer(control.resume, mailing_id, as_json)


@command.command("cancel")
@click.argument("mailing_id", type=int)
@json_option
def cancel(mailing_id: int, as_json: bool) -> None:
    """Stop for good; who was not written to yet is excluded."""
    _steer(control.cancel, mailing_id, as_json)


def _read(mailing_id: int) -> MailingTotals:
    with session() as opened:
        return read_totals(opened, mailing_id)


for made in (
    mailing_again.retry,
    mailing_again.resend,
    mailing_again.throttle,
    mailing_ledger.list_recipients,
    mailing_ledger.domains,
    mailing_ledger.codes,
):
    command.add_command(made)
