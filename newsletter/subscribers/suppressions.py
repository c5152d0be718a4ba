"""The suppressions of the installation: a page at a time, by address, written to a file and read back.

Only hashes are kept; an address stands beside one while a subscriber still has it.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO, Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import Address
from newsletter.core.db import reading
from newsletter.core.errors import Missing, Refused
from newsletter.core.spreadsheet_cells import original_text
from newsletter.subscribers.models import Subscriber, Suppression, SuppressionReason
from newsletter.subscribers.names import clean_comment

PAGE = 50
BATCH = 1_000  # rows of a file
HASH_DIGITS = 64
HEADER = ("address_hash", "email", "reason", "at", "note")


@dataclass(frozen=True)
class SuppressionRow:
    """One suppression. `email` is empty where no subscriber has the address any more, or never had."""

    id: int
    address_hash: str
    reason: SuppressionReason
    note: str
    at: datetime
    subscriber_id: int | None
    email: str

    def facts(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "address_hash": self.address_hash,
            "email": self.email,
            "reason": self.reason.value,
            "at": self.at.isoformat(timespec="seconds"),
            "note": self.note,
        }


def list_suppressions(
    session: Session, *, before: int = 0, reason: SuppressionReason | None = None, limit: int = PAGE
) -> tuple[list[SuppressionRow], bool]:
    """The newest ones, or those older than suppression `before`; and whether there are older ones."""
    query = _select().order_by(Suppression.id.desc()).limit(limit + 1)
    if before:
        query = query.where(Suppression.id < before)
    if reason is not None:
        query = query.where(Suppression.reason == reason)
    rows = [_row(row) for row in session.execute(query)]
    return rows[:limit], len(rows) > limit


def find_suppression(session: Session, address: Address) -> SuppressionRow | None:
    """The suppression of an address, whole; None when it is not suppressed."""
    row = session.execute(_select().where(Suppression.address_hash == address.hash)).first()
    return None if row is None else _row(row)


def get_suppression(session: Session, suppression_id: int) -> SuppressionRow:
    """The suppression with this id; `Missing` when there is none."""
    row = session.execute(_select().where(Suppression.id == suppression_id)).first()
    if row is None:
        raise Missing("unknown_suppression", "This address is no longer suppressed.")
    return _row(row)


def every_suppression(session: Session) -> Iterator[SuppressionRow]:
    """All of them, newest first, in short transactions that only read."""
    before, older = 0, True
    while older:
        with reading():
            rows, older = list_suppressions(session, before=before, limit=BATCH)
            session.rollback()
        yield from rows
        before = rows[-1].id if rows else 0


def csv_rows(session: Session) -> Iterator[tuple[str, ...]]:
    """All of them as the cells of a file, below their header."""
    yield HEADER
    for row in every_suppression(session):
        yield tuple(row.facts().values())


def is_own_export(first_line: str) -> bool:
    """Whether a file that begins so is one of `csv_rows`, which `read_back` takes."""
    return first_line.lstrip("\ufeff").strip().startswith(",".join(HEADER[:3]))


def read_back(session: Session, file: IO[str]) -> Iterator[tuple[int, int]]:
    """Suppress again what a file of `csv_rows` says; commits, and tells after each thousand how many are new,
    and how many were suppressed already. Raises `Refused` for a row that is none.
    """
    rows = enumerate(csv.DictReader(file), start=2)
    while batch := [_read(line, cells) for line, cells in islice(rows, BATCH)]:
        wanted = {values["address_hash"]: values for values in batch}
        there = set(
            session.scalars(
                select(Suppression.address_hash).where(Suppression.address_hash.in_(list(wanted)))
            )
        )
        new: Sequence[dict[str, Any]] = [values for hash_, values in wanted.items() if hash_ not in there]
        if new:
            session.execute(insert(Suppression), new)
        session.commit()
        yield len(new), len(batch) - len(new)


def _read(line: int, cells: dict[str, str]) -> dict[str, Any]:
    hash_ = (cells.get("address_hash") or "").strip().lower()
    reason = (cells.get("reason") or "").strip()
    if len(hash_) != HASH_DIGITS or set(hash_) - set("0123456789abcdef"):
        raise Refused("bad_hash", f"Line {line} has no hash of an address.")
    if reason not in set(SuppressionReason):
        raise Refused("bad_reason", f"Line {line}: “{reason[:40]}” is not a reason.")
    return {
        "address_hash": hash_,
        "reason": SuppressionReason(reason),
        "note": clean_comment(original_text(cells.get("note") or "")),
        "at": _moment(cells.get("at") or ""),
    }


def _moment(cell: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return clock.now()
    return moment if moment.tzinfo else clock.now()


def _select() -> Select[*tuple[Any, ...]]:
    columns = (Suppression.id, Suppression.address_hash, Suppression.reason, Suppression.note, Suppression.at)
    return select(*columns, Subscriber.id, Subscriber.email).outerjoin(
        Subscriber, Subscriber.address_hash == Suppression.address_hash
    )


def _row(row: Any) -> SuppressionRow:
    id_, address_hash, reason, note, at, subscriber_id, email = row
    return SuppressionRow(id_, address_hash, reason, note, at, subscriber_id, email or "")
