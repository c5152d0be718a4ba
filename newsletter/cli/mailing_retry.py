"""`newsletter mailing retry`, `resend-unanswered` and `throttle`."""

import sys

import click

from newsletter import audit
from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.parameters import ID, LARGEST_NUMBER
from newsletter.cli.totals_table import print_totals
from newsletter.core.errors import Refused
from newsletter.mailings.totals import read_totals
from newsletter.sending import rate_limit, requeue

OFF = "off"
DOUBT = "the message was handed over and no answer came, so a second copy may reach some of them."


@click.command("retry")
@click.argument("mailing_id", type=ID)
@click.option("--reason", help="Only those with this reason, such as mailbox_full.")
@json_option
def retry(mailing_id: int, reason: str | None, as_json: bool) -> None:
    """Retry rejected people; those who have unsubscribed since are skipped."""
    with session() as opened:
        n = requeue.retry_rejected(opened, mailing_id, actor=audit.COMMAND_LINE, reason=reason)
        opened.commit()
        totals = read_totals(opened, mailing_id)
    nobody = "Nobody is rejected" + (f" with the reason {reason}" if reason else "")
    done = f"Retrying {n:,} rejected."
    answer(as_json, totals.as_json() | {"retried": n}, done if n else f"{nobody}; nothing was changed.")


@click.command("resend-unanswered")
@click.argument("mailing_id", type=ID)
@click.option(
    "--expect",
    type=click.IntRange(0, LARGEST_NUMBER),
    help="How many are unanswered; if left out, you are asked.",
)
@json_option
def resend(mailing_id: int, expect: int | None, as_json: bool) -> None:
    """Send to the unanswered again, who may already have it, if there are still as many as expected."""
    expected = _ask(mailing_id) if expect is None else expect
    with session() as opened:
        n = requeue.resend_unanswered(opened, mailing_id, expected, actor=audit.COMMAND_LINE)
        opened.commit()
        totals = read_totals(opened, mailing_id)
    done = f"{n:,} unanswered get a second copy, with the Message-ID of the first."
    answer(as_json, totals.as_json() | {"resent": n}, done if n else "Nobody is unanswered.")


def _ask(mailing_id: int) -> int:
    with session() as opened:
        n = read_totals(opened, mailing_id).unanswered
    if n and not sys.stdin.isatty():
        raise Refused(
            "expect",
            f"{n:,} unanswered: {DOUBT} To send to them again, confirm with --expect {n}.",
        )
    if n:
        click.confirm(f"{n:,} unanswered: {DOUBT} Send to them again?", abort=True, err=True)
    return n


@click.command("throttle")
@click.argument("mailing_id", type=ID)
@click.argument("rate", metavar="RATE|off")
@json_option
def throttle(mailing_id: int, rate: str, as_json: bool) -> None:
    """Send at most RATE messages a second from now on; off: no limit."""
    with session() as opened:
        rate_limit.throttle(opened, mailing_id, _per_second(rate), actor=audit.COMMAND_LINE)
        opened.commit()
        print_totals(read_totals(opened, mailing_id), as_json)


def _per_second(rate: str) -> float | None:
    if rate.casefold() == OFF:
        return None
    try:
        return float(rate)
    except ValueError:
        problem = f"“{rate}” is not a limit: enter a number of messages a second, or {OFF}."
        raise Refused("throttle", problem, {"per_second": problem}) from None
