"""`newsletter mailing recipients`, `domains` and `codes`: the ledger behind a mailing's counts."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.cli.environment import answer, console, json_option, session
from newsletter.cli.parameters import ID
from newsletter.core.db import reading
from newsletter.mailings.domains import DomainCounts, by_domain
from newsletter.mailings.lifecycle import find
from newsletter.mailings.recipients import (
    OUTCOMES,
    RecipientFilter,
    RecipientRow,
    count_failures,
    every_recipient,
    recipients,
)

if TYPE_CHECKING:
    from rich.table import Table

SHOWN = 50


@click.command("recipients")
@click.argument("mailing_id", type=ID)
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only those with this outcome.")
@click.option("--reason", default="", help="Only those with this reason, such as mailbox_full.")
@click.option("--prefix", default="", help="Only addresses that start with this.")
@json_option
def list_recipients(mailing_id: int, outcome: str | None, reason: str, prefix: str, as_json: bool) -> None:
    """Show the outcome for each recipient; all of them with --json.

    The audit log records who lists them all, as in the admin.
    """
    wanted = RecipientFilter(outcome or "", reason, prefix)
    if as_json:
        _record_export(mailing_id, wanted)
    with reading(), session() as opened:
        find(opened, mailing_id)
        if as_json:
            _write(mailing_id, every_recipient(opened, mailing_id, wanted))
        else:
            _show(opened, mailing_id, wanted)


def _record_export(mailing_id: int, wanted: RecipientFilter) -> None:
    with session() as opened:
        find(opened, mailing_id)
        audit.record(
            opened,
            "mailing.recipients_exported",
            "mailing",
            mailing_id,
            actor=audit.COMMAND_LINE,
            outcome=wanted.outcome,
            searched=bool(wanted.prefix),
        )
        opened.commit()


def _write(mailing_id: int, rows: Iterator[RecipientRow]) -> None:
    """One JSON object, one line for each recipient: a million of them need no more memory than one."""
    sys.stdout.write(f'{{"mailing": {mailing_id}, "recipients": [')
    before = "\n"
    for row in rows:
        sys.stdout.write(before + json.dumps(_facts(row), ensure_ascii=False))
        before = ",\n"
    sys.stdout.write("\n]}\n")


def _facts(row: RecipientRow) -> dict[str, Any]:
    return {
        "address": row.email,
        "name": row.name,
        "outcome": row.outcome,
        "reason": row.reason,
        "code": row.code,
        "enhanced": row.enhanced,
        "at": row.at.isoformat() if row.at else None,
    }


def _show(opened: Session, mailing_id: int, wanted: RecipientFilter) -> None:
    page = recipients(opened, mailing_id, wanted, limit=SHOWN)
    if not page.rows:
        console.print("Nobody matches." if wanted else "It has no recipients yet.")
        return
    from rich.table import Table

    table = Table(box=None)
    for word in ("address", "name", "outcome", "reason", "reply", "at (UTC)"):
        table.add_column(word, overflow="fold")  # an address that is cut is none
    for row in page.rows:
        at = f"{row.at:%Y-%m-%d %H:%M:%S}" if row.at else ""
        reply = _reply(row.code, row.enhanced)
        table.add_row(row.email or "(erased)", row.name, _said(row.outcome), _said(row.reason), reply, at)
    console.print(table, markup=False)
    if page.later:
        console.print(f"These are the first {SHOWN}; --json lists them all.", highlight=False)


@click.command("domains")
@click.argument("mailing_id", type=ID)
@json_option
def domains(mailing_id: int, as_json: bool) -> None:
    """Count a mailing's recipients by domain: the twenty largest, and the rest."""
    with reading(), session() as opened:
        find(opened, mailing_id)
        counted = by_domain(opened, mailing_id)
    if as_json:
        answer(True, {"mailing": mailing_id} | asdict(counted), "")
        return
    if not counted.rows:
        console.print("It has no recipients.")
        return
    from rich.table import Table

    table = Table(box=None)
    table.add_column("domain", overflow="fold")
    for word in _numbers(counted.rows[0]):
        table.add_column(word, justify="right")
    for row in counted.rows:
        _add(table, row.domain or "(erased)", row)
    if counted.rest:
        _add(table, f"{counted.others:,} others", counted.rest)
    console.print(table)


def _numbers(row: DomainCounts) -> dict[str, int]:
    """The columns, few enough for a narrow terminal: who is pending or in flight waits."""
    waiting = {"people": row.people, "waiting": row.pending + row.in_flight}
    return waiting | {name: getattr(row, name) for name in ("sent", "rejected", "retry", "unanswered")}


def _add(table: "Table", name: str, row: DomainCounts) -> None:
    table.add_row(name, *(f"{n:,}" for n in _numbers(row).values()))


@click.command("codes")
@click.argument("mailing_id", type=ID)
@json_option
def codes(mailing_id: int, as_json: bool) -> None:
    """Count the servers' refusals, by code and reason."""
    with reading(), session() as opened:
        find(opened, mailing_id)
        failures = count_failures(opened, mailing_id)
    if as_json:
        answer(True, {"mailing": mailing_id, "codes": [asdict(failure) for failure in failures]}, "")
        return
    if not failures:
        console.print("Nobody was refused, and every message was answered.")
        return
    from rich.table import Table

    table = Table("reply", "reason", "outcome", box=None)
    table.add_column("people", justify="right")
    for failure in failures:
        reply = _reply(failure.code, failure.enhanced) or "no reply"
        table.add_row(reply, _said(failure.reason), _said(failure.outcome), f"{failure.n:,}")
    console.print(table)


def _reply(code: int | None, enhanced: str) -> str:
    return f"{code} {enhanced}".rstrip() if code else ""


def _said(word: str) -> str:
    return word.replace("_", " ")
