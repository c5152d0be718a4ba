"""`newsletter suppression …`, and `newsletter subscribers find` and `erase`."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.addresses import parse_address
from newsletter.publications.models import Publication
from newsletter.subscribers.models import Subscriber, Suppression, SuppressionReason
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    for name in ("ana", "bo"):
        make_subscription(session, made, f"{name}@example.org", f"{name.title()} Lim")
    session.commit()
    return made


@both_databases
def test_add_list_and_remove(run: Run, session: Session, publication: Publication) -> None:
    added = run("suppression", "add", "Ana@example.org", "--note", "She rang.", "--json")
    assert added.json == {"email": "Ana@example.org", "reason": "manual"}
    run("suppression", "add", "gone@example.org", "--reason", "complaint")
    listed = run("suppression", "list", "--json").json
    assert [(row["email"], row["reason"]) for row in listed["suppressions"]] == [
        ("", "complaint"),
        ("ana@example.org", "manual"),
    ]
    assert "She rang." in run("suppression", "list").out
    one = run("suppression", "list", "--address", "ANA@example.org", "--json").json["suppressions"]
    assert [row["note"] for row in one] == ["She rang."]
    assert run("suppression", "list", "--address", "bo@example.org").out == "No address is suppressed.\n"
    assert run("suppression", "remove", "ana@example.org").code == 2  # without a reason
    removed = run("suppression", "remove", "ana@example.org", "--reason", "mistake", "--json")
    assert removed.json == {"email": "ana@example.org", "was": "manual", "reason": "mistake"}
    again = run("suppression", "remove", "ana@example.org", "--reason", "asked")
    assert (again.code, "is not suppressed" in again.err) == (2, True)
    kept = run("suppression", "remove", "gone@example.org", "--reason", "asked")
    assert (kept.code, "only they can take that back" in kept.err) == (2, True)
    session.rollback()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "address.removed")).one()
    assert entry.detail == {"reason": "mistake", "was": "manual"}


@both_databases
def test_what_is_exported_comes_back_with_its_hashes(
    run: Run, session: Session, publication: Publication, tmp_path: Path
) -> None:
    run("suppression", "add", "ana@example.org", "--note", "=1+1")
    assert run("subscribers", "erase", "bo@example.org", "--yes").code == 0
    file = tmp_path / "suppressions.csv"
    assert run("suppression", "export", "-o", str(file), "--json").json["rows"] == 2
    assert "'=1+1" in file.read_text()
    assert "bo@" not in file.read_text()
    before = _kept(session)
    assert run("suppression", "import", str(file), "--json").json == {"added": 0, "known": 2}
    session.query(Suppression).delete()
    session.commit()
    assert run("suppression", "import", str(file), "--json").json == {"added": 2, "known": 0}
    assert _kept(session) == before
    file.write_text("address_hash,email,reason\nabc,,manual\n")
    assert "Line 2" in run("suppression", "import", str(file)).err


def _kept(session: Session) -> set[tuple[str, SuppressionReason, str]]:
    session.rollback()
    found = {(row.address_hash, row.reason, row.note) for row in session.scalars(select(Suppression))}
    session.rollback()
    return found


def test_any_list_of_addresses_is_suppressed(
    run: Run, session: Session, publication: Publication, tmp_path: Path
) -> None:
    file = tmp_path / "leave.csv"
    file.write_text("email\nana@example.org\nnew@example.org\nnobody\n")
    done = run("suppression", "import", str(file), "--json").json
    assert (done["suppressed"], len(done["errors"])) == (2, 1)
    session.rollback()
    hashes = {row.address_hash for row in session.scalars(select(Suppression))}
    assert hashes == {parse_address(f"{name}@example.org").hash for name in ("ana", "new")}
    assert run("suppression", "import", str(tmp_path / "none.csv")).code == 2


@both_databases
def test_people_are_found_and_erased(
    run: Run, session: Session, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run("subscribers", "find", "lim", "--json").json
    assert [row["email"] for row in found["subscribers"]] == ["bo@example.org", "ana@example.org"]
    assert found["subscribers"][0]["subscriptions"] == [{"publication": "weekly", "state": "active"}]
    assert run("subscribers", "find", "ana@").out == "ana@example.org  Ana Lim  weekly: active\n"
    assert run("subscribers", "find", "zoe").out == "Nobody found.\n"
    assert run("subscribers", "find", " ").code == 2
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "n")
    assert run("subscribers", "erase", "ana@example.org").code == 130
    assert run("subscribers", "find", "ana@").out != "Nobody found.\n"
    assert run("subscribers", "erase", "ana@example.org", "--yes", "--json").json["erased"]
    assert run("subscribers", "find", "ana").out == "Nobody found.\n"
    assert run("subscribers", "erase", "ana@example.org", "--yes").code == 2
    session.rollback()
    assert len(session.scalars(select(Subscriber).where(Subscriber.erased_at.is_not(None))).all()) == 1
