"""Erasing a person: what remains cannot be led back to them."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.core.errors import Missing
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.erase import erase
from newsletter.subscribers.export_data import export_data
from newsletter.subscribers.imports.immediate import import_subscribers
from newsletter.subscribers.models import SuppressionReason
from newsletter.subscribers.suppress import suppress
from newsletter.tables import Base
from tests.factories import NO_FILES
from tests.subscribers.conftest import Ask


def everything(session: Session) -> str:
    """All rows of all tables, as text."""
    tables = Base.metadata.sorted_tables
    return "\n".join(f"{table.name} {row}" for table in tables for row in session.execute(select(table)))


def test_no_table_speaks_of_the_person_any_more(session: Session, ask: Ask) -> None:
    subscription = ask("ana.secret@example.org", "Ana Secret")
    assert subscription is not None
    confirm(session, subscription.id, locale="en", ip="192.0.2.7")
    subscription.comment = "I am ana.secret"
    message = session.scalars(select(SystemMessage)).one()
    message.error = "550 <ana.secret@example.org> unknown"
    session.commit()
    hashed = parse_address("ana.secret@example.org").hash
    assert "secret" in everything(session).lower()
    erase(session, subscription.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    left = everything(session)
    assert "secret" not in left.lower()
    assert "192.0.2.7" not in left
    assert left.count(hashed) == 1  # among the suppressions, and nothing there leads to the person
    assert next(line for line in left.splitlines() if hashed in line).startswith("suppression ")


def test_erased_once_and_for_all(session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    erase(session, subscription.subscriber_id, actor="test", files=NO_FILES)
    with pytest.raises(Missing):
        erase(session, subscription.subscriber_id, actor="test", files=NO_FILES)
    with pytest.raises(Missing):
        export_data(session, subscription.subscriber_id)


def test_an_import_does_not_bring_them_back(
    session: Session, publication: Publication, ask: Ask, tmp_path: Path
) -> None:
    subscription = ask()
    assert subscription is not None
    erase(session, subscription.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    (tmp_path / "people.csv").write_text("email,name\nANA@example.org,Ana\n")
    result = import_subscribers(session, publication, tmp_path / "people.csv", actor="test")
    assert (result.imported, result.already, result.skipped) == (0, 0, {"suppressed": 1})


def test_a_complaint_becomes_an_erasure(session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    kept = suppress(
        session,
        parse_address("ana@example.org").hash,
        SuppressionReason.COMPLAINT,
        actor="test",
        note="Ana wrote",
    )
    erase(session, subscription.subscriber_id, actor="test", files=NO_FILES)
    assert (kept.reason, kept.note) == (SuppressionReason.ERASED, "")


def test_the_export_tells_all_that_is_known(session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    confirm(session, subscription.id, locale="en", ip="192.0.2.7")
    session.commit()
    data = export_data(session, subscription.subscriber_id)
    assert data["subscriber"]["email"] == "ana@example.org"
    assert [consent["kind"] for consent in data["subscriptions"][0]["consents"]] == ["requested", "confirmed"]
    assert data["messages"][0]["recipient"] == "ana@example.org"
    assert [entry["action"] for entry in data["history"]] == ["subscription.confirmed"]
    assert data["suppression"] is None
    assert data["records"] == {}
