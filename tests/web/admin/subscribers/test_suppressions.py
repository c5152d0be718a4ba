"""The page of suppressions: listed, looked up, added, removed for a reason, taken as a file."""

import csv
from io import StringIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.addresses import parse_address
from newsletter.subscribers.models import Suppression, SuppressionReason
from newsletter.subscribers.suppress import suppress
from tests.databases import both_databases
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import XSS, afresh, read
from tests.web.signed_in import SignedIn

PAGE = "/admin/suppressions"
UNKNOWN = "never@there.example"


def suppression_id(session: Session, email: str) -> int:
    afresh(session)
    found = session.scalar(
        select(Suppression.id).where(Suppression.address_hash == parse_address(email).hash)
    )
    session.rollback()
    return found or 0


@both_databases
def test_an_address_is_added_looked_up_and_removed_for_a_reason(
    editor_client: SignedIn, session: Session, people: People
) -> None:
    added = editor_client.post(PAGE, data={"email": UNKNOWN, "reason": "manual", "note": XSS})
    assert (added.status_code, added.location) == (303, PAGE)
    page = read(editor_client, PAGE)
    assert "Known by its fingerprint only" in page
    assert "eve@other.example" in page
    assert XSS not in page
    assert UNKNOWN.upper() in read(editor_client, f"{PAGE}?address={UNKNOWN.upper()}")
    assert "not suppressed" in read(editor_client, f"{PAGE}?address=ana@readers.example")
    assert "is not an email address" in read(editor_client, f"{PAGE}?address=ana")
    remove = f"{PAGE}/{suppression_id(session, UNKNOWN)}/remove"
    assert "Why can it get mail again?" in read(editor_client, remove)
    assert editor_client.post(remove, data={}).location == remove
    assert editor_client.post(remove, data={"reason": "mistake"}).location == PAGE
    assert suppression_id(session, UNKNOWN) == 0
    assert editor_client.post(remove, data={"reason": "mistake"}).location == PAGE
    assert editor_client.get(remove).status_code == 303
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "address.removed")).one()
    assert (entry.actor, entry.detail) == ("eddi@press.example", {"reason": "mistake", "was": "manual"})


@pytest.mark.parametrize("reason", [SuppressionReason.COMPLAINT, SuppressionReason.ERASED])
def test_what_is_its_owners_to_take_back_stays(
    editor_client: SignedIn, session: Session, people: People, reason: SuppressionReason
) -> None:
    suppress(session, parse_address(UNKNOWN).hash, reason, actor="test")
    session.commit()
    id_ = suppression_id(session, UNKNOWN)
    assert f"{PAGE}/{id_}/remove" not in read(editor_client, PAGE)
    assert editor_client.post(f"{PAGE}/{id_}/remove", data={"reason": "asked"}).status_code == 303
    assert suppression_id(session, UNKNOWN) == id_


def test_bad_input_is_told_and_stays_in_the_form(editor_client: SignedIn, people: People) -> None:
    for typed, said in (({"email": "x y"}, "email address"), ({"email": UNKNOWN, "note": "n" * 501}, "500")):
        answer = editor_client.post(PAGE, data=typed)
        assert answer.status_code == 400
        assert said in answer.text
        assert typed["email"] in answer.text


def test_a_page_at_a_time_and_all_in_a_file(
    editor_client: SignedIn, session: Session, people: People
) -> None:
    for number in range(55):
        note = f"=note {number}"
        session.add(Suppression(address_hash=f"{number:064}", reason=SuppressionReason.MANUAL, note=note))
    session.commit()
    first = read(editor_client, PAGE)
    older = first.split(f'href="{PAGE}?before=')[1].split('"')[0]
    assert "=note 54" in first
    assert "eve@other.example" in read(editor_client, f"{PAGE}?before={older}")
    answer = editor_client.post(f"{PAGE}/export")
    rows = list(csv.reader(StringIO(answer.text, newline="")))
    answer.close()
    assert len(rows) == 57
    assert rows[1][0] == f"{54:064}"
    assert rows[1][4] == "'=note 54"
    assert rows[-1][1:3] == ["eve@other.example", "hard_bounce"]
