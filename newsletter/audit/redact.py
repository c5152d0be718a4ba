"""Take a person's address out of the audit, for an erasure: the one change that the database allows there."""

import json

from sqlalchemy import Text, cast, select, update
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.address_text import AddressInText

# The trigger on `audit_entry` accepts these details and no others in place of what was there.
REDACTED = {"erased": True}


def redact(session: Session, address: AddressInText) -> None:
    """Blank the details and the IP address of every entry whose details hold the address.

    Who did what, to which subject and when stays. What we write ourselves there names no reader.
    """
    written = cast(AuditEntry.detail, Text)
    found = session.execute(select(AuditEntry.id, written).where(written.ilike(address.like, escape="/")))
    for id_, detail in found.all():
        value = json.loads(detail)
        if address.erase_in(value) != value:
            session.execute(
                update(AuditEntry)
                .where(AuditEntry.id == id_)
                .values(detail=REDACTED, ip="")
                .execution_options(synchronize_session=False)
            )
