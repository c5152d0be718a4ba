"""Write one audit entry in the transaction of what it tells about."""

from typing import Any

from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry

COMMAND_LINE = "command line"
SUBSCRIBER = "subscriber"
SYSTEM = "system"


def record(
    session: Session,
    action: str,
    subject_kind: str,
    subject_id: int | None,
    *,
    actor: str,
    ip: str = "",
    **detail: Any,
) -> None:
    """Note that `actor` did `action` to the subject; `detail` must be JSON."""
    session.add(AuditEntry(**entry(action, subject_kind, subject_id, actor=actor, ip=ip, **detail)))


def entry(
    action: str, subject_kind: str, subject_id: int | None, *, actor: str, ip: str = "", **detail: Any
) -> dict[str, Any]:
    """The columns of such an entry, for a statement that is executed as it is."""
    return {
        "actor": actor,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "detail": detail,
        "ip": ip,
    }
