"""What was changed while a chart went on: how mailings are counted, how they look, and what sends them.

Read from the audit. Relays belong to the installation, so their changes are those of every publication.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.publications.models import Publication

MOST = 60  # of what is marked, the newest


class ChangeKind(StrEnum):
    """What was changed."""

    TRACKING = "tracking"
    REDIRECTS = "redirects"  # whether links can be mended, and so lead through our server
    THEME = "theme"
    TEMPLATE = "template"
    RELAY = "relay"


_OF_PUBLICATION = {
    "publication.dressed": ChangeKind.THEME,
    "publication.template_saved": ChangeKind.TEMPLATE,
    "publication.template_put_aside": ChangeKind.TEMPLATE,
}
_EDITED = "publication.edited"
_OF_RELAYS = ("relay.saved", "relay.limited", "relay.paused", "relay.resumed", "relay.moved", "relay.removed")
_FIELDS = {"tracking": ChangeKind.TRACKING, "redirect_links": ChangeKind.REDIRECTS}


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `detail`: the theme, the relay's host, or what the setting became; may be empty.

    `action` is that of the audit.
    """

    number: int
    at: datetime
    kind: ChangeKind
    action: str
    detail: str

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "kind": self.kind,
            "action": self.action,
            "detail": self.detail,
        }


def changes_between(
    session: Session, publication: Publication, since: datetime, until: datetime
) -> list[Change]:
    """The last changes between two moments, the oldest first and numbered; the same twice a day is one."""
    of_publication = and_(
        AuditEntry.action.in_([_EDITED, *_OF_PUBLICATION]),
        AuditEntry.subject_kind == "publication",
        AuditEntry.subject_id == publication.id,
    )
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.action.in_([_EDITED, *_OF_PUBLICATION, *_OF_RELAYS]),
            AuditEntry.at >= since,
            AuditEntry.at < until,
            or_(of_publication, AuditEntry.action.in_(_OF_RELAYS)),
        )
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    last: dict[tuple[object, ...], tuple[datetime, ChangeKind, str, str]] = {}
    for entry in entries:
        for kind, detail in _kinds(entry):
            key = (entry.at.date(), kind, entry.action, detail)
            last.pop(key, None)
            last[key] = (entry.at, kind, entry.action, detail)
    shown = list(last.values())[-MOST:]
    return [Change(number, *found) for number, found in enumerate(shown, 1)]


def _kinds(entry: AuditEntry) -> list[tuple[ChangeKind, str]]:
    """What one entry changed of all this; nothing for other settings."""
    detail = entry.detail
    if entry.action == _EDITED:
        fields = detail.get("fields", ())
        return [
            (kind, str(detail.get(field, "")).lower()) for field, kind in _FIELDS.items() if field in fields
        ]
    if entry.action in _OF_RELAYS:
        return [(ChangeKind.RELAY, str(detail.get("host") or detail.get("name") or ""))]
    return [(_OF_PUBLICATION[entry.action], str(detail.get("theme", "")))]
