"""Take a person's address out of the audit, for an erasure: the one change that the database allows there."""

import json

from sqlalchemy import String, cast, or_, update
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry

# The trigger on `audit_entry` accepts these details and no others in place of what was there.
REDACTED = {"erased": True}


def redact(session: Session, email: str) -> None:
    """Blank the details and the IP address of every entry whose details hold `email`.

    Who did what, to which subject and when stays. Nothing happens for an empty `email`.
    """
    if not email:
        return
    written = cast(AuditEntry.detail, String)
    # JSON may hold letters beyond ASCII as they are or as \\uXXXX.
    spellings = {json.dumps(email, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    holds_it = or_(*(written.icontains(spelling, autoescape=True) for spelling in spellings))
    session.execute(
        update(AuditEntry)
        .where(holds_it)
        .values(detail=REDACTED, ip="")
        .execution_options(synchronize_session=False)
    )
