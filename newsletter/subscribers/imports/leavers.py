"""People whom the file itself leaves out: whoever left there leaves here, what bounced is suppressed.

Nothing is ever loosened by a file. Somebody who confirmed here after they had left there stays.
"""

import json
from datetime import datetime
from typing import Protocol

from newsletter.subscribers.imports.staging import Staging
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.models import SuppressionReason

_SUPPRESSED = {
    FileState.BOUNCED: SuppressionReason.HARD_BOUNCE,
    FileState.COMPLAINED: SuppressionReason.COMPLAINT,
    FileState.SUPPRESSED: SuppressionReason.MANUAL,
}


class OfImport(Protocol):
    """What is needed of a batch."""

    @property
    def import_id(self) -> int: ...
    @property
    def publication_id(self) -> int: ...
    @property
    def actor(self) -> str: ...
    @property
    def at(self) -> datetime: ...


def end_leavers(staging: Staging, batch: OfImport) -> int:
    """End the subscriptions of people who unsubscribed according to the file; how many."""
    rows = staging.locked(
        "SELECT x.id, x.subscriber_id, x.state, CAST(x.paused_until AS TEXT), r.consent_at FROM import_row r"
        " JOIN subscription x ON x.subscriber_id = r.subscriber_id"
        " WHERE x.publication_id = :publication AND r.left_out = :left AND x.state <> 'ended'"
        " AND (r.consent_at IS NULL OR x.confirmed_at IS NULL OR x.confirmed_at <= r.consent_at)"
        " ORDER BY x.id",
        "x",
        publication=batch.publication_id,
        left=FileState.UNSUBSCRIBED.value,
    ).all()
    for id_, subscriber_id, state, paused_until, _left_at in rows:
        staging.run(
            "UPDATE subscription SET state = 'ended', ended_reason = 'unsubscribed', ended_at = :now,"
            " paused_until = NULL WHERE id = :id",
            id=id_,
            now=batch.at,
        )
        before = {"state": state, "ended_reason": None, "ended_at": None, "paused_until": paused_until}
        after = {"state": "ended", "ended_at": batch.at.isoformat()}
        staging.run(
            "INSERT INTO import_change (import_id, subscriber_id, subscription_id, at, added_subscriber,"
            " added_subscription, before, after)"
            " VALUES (:import, :subscriber, :id, :now, :no, :no, :before, :after)",
            no=False,
            subscriber=subscriber_id,
            id=id_,
            now=batch.at,
            before=json.dumps(before),
            after=json.dumps(after),
            **{"import": batch.import_id},
        )
    if rows:
        _keep_records(staging, batch, [row[0] for row in rows])
    return len(rows)


def suppress_leavers(staging: Staging, batch: OfImport) -> int:
    """Suppress the addresses that bounced, complained or were suppressed according to the file; how many."""
    reasons = " ".join(f"WHEN '{state}' THEN '{reason}'" for state, reason in _SUPPRESSED.items())
    states = ", ".join(f"'{state}'" for state in _SUPPRESSED)
    return staging.run(
        f"INSERT INTO suppression (address_hash, reason, note, at, import_id) SELECT address_hash,"  # noqa: S608
        f" CASE left_out {reasons} END, '', :now, :import FROM import_row WHERE left_out IN ({states})"
        " ORDER BY address_hash ON CONFLICT (address_hash) DO NOTHING",
        now=batch.at,
        **{"import": batch.import_id},
    ).rowcount


def _keep_records(staging: Staging, batch: OfImport, subscription_ids: list[int]) -> None:
    staging.run_many(
        "INSERT INTO consent_record (subscription_id, kind, source, actor, text, text_version, locale, ip,"
        " at, import_id) SELECT x.id, 'withdrawn', 'import', :actor, r.consent_text, '', '', '',"
        " COALESCE(r.consent_at, x.ended_at), :import FROM import_row r"
        " JOIN subscription x ON x.subscriber_id = r.subscriber_id WHERE x.id = :id",
        [{"id": id_, "actor": batch.actor, "import": batch.import_id} for id_ in subscription_ids],
    )
