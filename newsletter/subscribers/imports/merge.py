"""Bring one batch of rows into the database by a handful of statements, and note what that changes.

Everything is done or nothing. Batches of different imports take turns, so that none waits for another in a
circle; sign-ups and the sending go on meanwhile, as they hold one person at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.db import lock_name
from newsletter.subscribers.former_addresses import MOVED, find_moved
from newsletter.subscribers.imports.choices import take_choices
from newsletter.subscribers.imports.known import (
    Known,
    activate,
    fill_in,
    look_at_subscriptions,
    note_changes,
)
from newsletter.subscribers.imports.labels import Labels
from newsletter.subscribers.imports.leavers import end_leavers, suppress_leavers
from newsletter.subscribers.imports.plan import DataRule
from newsletter.subscribers.imports.result import ImportResult
from newsletter.subscribers.imports.row import Row
from newsletter.subscribers.imports.staging import Staging

# What batches of imports lock, so that they take turns.
_TURN = "1a9c0f5e6d2b4788"


class Again(Exception):
    """Somebody signed up, was suppressed or erased while this transaction waited for them."""


@dataclass(frozen=True)
class Batch:
    """The rows of a batch (no address twice), and of which import they are."""

    import_id: int
    publication_id: int
    statement: str
    actor: str
    data: DataRule
    rows: Sequence[Row]
    at: datetime = field(default_factory=clock.now)


def merge(session: Session, batch: Batch, result: ImportResult) -> None:
    """Subscribe whom the rows bring, end and suppress whom they leave out, and count all in `result`.

    Raises `Again` when it is to be repeated from the beginning, with nothing done of it.
    """
    lock_name(session, _TURN)
    staging = Staging(session)
    staging.fill(batch.rows, batch.statement)
    welcome = _take_out_unwelcome(staging, batch.rows, result)
    left_out = [row for row in batch.rows if row.left_out is not None]
    result.skip_all(row.left_out for row in left_out if row.left_out is not None)
    if not welcome and not left_out:
        return
    known = _lock_known(staging)
    # Asked again, now that nobody can change these people: whoever held their rows may have erased them or
    # given them another address, and they are not among the known any more.
    if staging.take_out_suppressed() or _moved(session, welcome):
        raise Again
    _add_subscribers(staging, batch, len(welcome) - sum(1 for one in known if one.welcome))
    there = [one for one in known if one.welcome]
    if there:
        look_at_subscriptions(session, staging, there, batch.publication_id)
    result.imported += _add_subscriptions(staging, batch)
    labels = Labels(session, batch.publication_id, welcome, batch.actor)
    if there:
        _change_known(staging, batch, there, labels, result)
    labels.assign_to_added(staging, batch.at)
    result.made_tags += labels.made
    if left_out:
        result.ended += end_leavers(staging, batch)
        result.suppressed += suppress_leavers(staging, batch)


def _change_known(
    staging: Staging, batch: Batch, there: Sequence[Known], labels: Labels, result: ImportResult
) -> None:
    """Activate, fill in, tag; whoever left stays away, and nothing of them is changed."""
    session = staging.session
    rows = staging.run(
        "SELECT subscriber_id, subscription_id FROM import_row"
        " WHERE left_out IS NULL AND agreed = 2 AND added = 0"
    )
    subscription_ids = dict(rows.all())
    for one in there:
        one.subscription_id = one.subscription_id or subscription_ids.get(one.id)
    result.skip_all(one.ended_reason.value for one in there if one.ended_reason is not None)
    present = [one for one in there if one.ended_reason is None]
    by_line = {row.line: row for row in batch.rows}
    activate(session, present, batch.at)
    take_choices(session, present, by_line)
    fill_in(session, present, by_line, batch.data)
    labels.assign_to_known(present, batch.at)
    note_changes(session, present, batch.import_id, batch.at)
    before = [one for one in present if not one.is_new]
    result.already += len(before)
    result.updated += sum(one.changed for one in before)


def _take_out_unwelcome(staging: Staging, rows: Sequence[Row], result: ImportResult) -> list[Row]:
    """Take out and count whom nobody may add: who is suppressed or has another address; the others wanted."""
    suppressed = staging.take_out_suppressed()
    wanted = [row for row in rows if row.left_out is None and row.line not in suppressed]
    moved = _moved(staging.session, wanted)
    if moved:
        staging.take_out(moved)
    result.skip_all(["suppressed"] * len(suppressed) + [MOVED] * len(moved))
    return [row for row in wanted if row.line not in moved]


def _moved(session: Session, rows: Sequence[Row]) -> set[int]:
    """The lines of people who gave up their address for another."""
    hashes = find_moved(session, (row.address.hash for row in rows))
    return {row.line for row in rows if row.address.hash in hashes} if hashes else set()


def _lock_known(staging: Staging) -> list[Known]:
    """The people of these rows who are there already, locked, in the order of their ids."""
    rows = staging.locked(
        "SELECT s.id, r.line, r.left_out IS NULL AS welcome, s.name, s.language, s.attributes"
        " FROM import_row r JOIN subscriber s ON s.email_key = r.email_key ORDER BY s.id",
        "s",
    )
    known = [Known.of(row) for row in rows]
    if known:
        staging.run(
            "UPDATE import_row SET added = 0, subscriber_id = s.id FROM subscriber s"
            " WHERE s.email_key = import_row.email_key"
        )
    return known


def _add_subscribers(staging: Staging, batch: Batch, missing: int) -> None:
    if not missing:
        return
    added = staging.run(
        "INSERT INTO subscriber (id, email, email_key, address_hash, name, language, attributes,"  # noqa: S608
        " created_at)"
        " SELECT subscriber_id, email, email_key, address_hash, name, language,"
        f" {staging.json('attributes')}, :now"
        " FROM import_row WHERE left_out IS NULL AND added = 1 ORDER BY email_key"
        " ON CONFLICT (email_key) DO NOTHING",
        now=batch.at,
    )
    if added.rowcount != missing:
        raise Again  # somebody signed up meanwhile


def _add_subscriptions(staging: Staging, batch: Batch) -> int:
    """Subscribe who has no subscription yet, with records of their consent; how many are active from now."""
    staging.run(
        "INSERT INTO subscription (id, subscriber_id, publication_id, state, comment, created_at,"  # noqa: S608
        " confirmed_at, paused_until, monthly) SELECT subscription_id, subscriber_id, :publication,"
        " CASE WHEN paused_until IS NULL THEN 'active' ELSE 'paused' END, '', :now, :now,"
        f" paused_until, COALESCE(monthly, {staging.no})"
        " FROM import_row WHERE left_out IS NULL AND agreed = 2 ORDER BY subscription_id",
        publication=batch.publication_id,
        now=batch.at,
    )
    _note_added(staging, batch)
    return staging.run(
        "INSERT INTO consent_record (subscription_id, kind, source, actor, text, text_version, locale, ip,"
        " at, import_id) SELECT subscription_id, 'imported', 'import', :actor, consent_text, '', '',"
        " consent_ip, COALESCE(consent_at, :now), :import FROM import_row"
        " WHERE left_out IS NULL AND agreed > 0 ORDER BY subscription_id",
        actor=batch.actor,
        now=batch.at,
        **{"import": batch.import_id},
    ).rowcount


def _note_added(staging: Staging, batch: Batch) -> None:
    """Write down whom the batch added, and with which data, by which an undo knows what they changed."""
    after = (
        "json_build_object('name', name, 'language', language, 'attributes', CAST(attributes AS json),"
        " 'monthly', monthly, 'paused_until', paused_until)"
        if staging.postgres
        else "json_object('name', name, 'language', language, 'attributes', json(attributes),"
        " 'monthly', monthly, 'paused_until', paused_until)"
    )
    staging.run(
        "INSERT INTO import_change (import_id, subscriber_id, subscription_id, at, added_subscriber,"  # noqa: S608
        " added_subscription, before, after)"
        f" SELECT :import, subscriber_id, subscription_id, :now, {staging.yes}, {staging.yes}, '{{}}',"
        f" {after}"
        " FROM import_row WHERE left_out IS NULL AND added = 1 ORDER BY subscriber_id",
        now=batch.at,
        **{"import": batch.import_id},
    )
