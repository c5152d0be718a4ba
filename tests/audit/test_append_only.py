"""The audit can be added to and, for an erasure, lose details; the database itself refuses all else."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.models import AuditEntry
from newsletter.core.address_text import AddressInText

CHANGES = [
    "DELETE FROM audit_entry",
    "UPDATE audit_entry SET actor = 'somebody else'",
    "UPDATE audit_entry SET action = 'nothing.happened'",
    "UPDATE audit_entry SET at = '2020-01-01 00:00:00'",
    "UPDATE audit_entry SET subject_id = NULL",
    "UPDATE audit_entry SET subject_kind = 'issue'",
    "UPDATE audit_entry SET id = id + 1000",
    "UPDATE audit_entry SET ip = '192.0.2.99'",
    "UPDATE audit_entry SET detail = '{}'",
    """UPDATE audit_entry SET detail = '{"erased": true, "by": "me"}'""",
    """UPDATE audit_entry SET detail = '{"erased": true}', actor = 'somebody else'""",
]
OF_ONE_KIND = {
    "sqlite": [
        "UPDATE OR REPLACE audit_entry SET actor = 'me'",
        "REPLACE INTO audit_entry SELECT * FROM audit_entry",
    ],
    "postgresql": ["TRUNCATE audit_entry", "TRUNCATE audit_entry CASCADE"],
}


def _entry(session: Session, **detail: Any) -> None:
    audit.record(session, "user.created", "user", 7, actor="olga@press.example", ip="192.0.2.1", **detail)
    session.commit()


def _all(session: Session) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(text("SELECT * FROM audit_entry ORDER BY id"))]


def test_the_database_refuses_every_change(session: Session) -> None:
    _entry(session, email="ana@example.org")
    before = _all(session)
    for statement in (*CHANGES, *OF_ONE_KIND[session.get_bind().dialect.name]):
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))
        session.rollback()
    assert _all(session) == before


@pytest.mark.parametrize("email", ["ana@example.org", "a_b%@example.org", 'zoë+"x"@bücher.example'])
def test_an_erasure_takes_an_address_out_of_the_details(session: Session, email: str) -> None:
    others = {"file": "readers.csv", "note": "axb%@example.org"}
    _entry(session, filename=f"{email.upper()}.csv" if email.isascii() else email, rows=3)
    _entry(session, **others)
    audit.redact(session, AddressInText(email))
    session.commit()
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.detail, entry.ip) for entry in entries] == [
        ({"erased": True}, ""),
        (others, "192.0.2.1"),
    ]
    assert {entry.actor for entry in entries} == {"olga@press.example"}
    audit.redact(session, AddressInText(email))  # once more changes nothing
    session.commit()
