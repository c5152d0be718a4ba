"""Importing people from a file: everybody who may come is there, and each of the others is accounted for."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.imports.batch import import_batch
from newsletter.subscribers.imports.immediate import import_subscribers
from newsletter.subscribers.imports.merge import Batch
from newsletter.subscribers.imports.plan import DataRule
from newsletter.subscribers.imports.read import Source, read_source
from newsletter.subscribers.imports.result import ImportResult
from newsletter.subscribers.imports.row import Row
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    State,
    Subscriber,
    Subscription,
    SuppressionReason,
)
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.subscribers.conftest import Ask, ask, publication

assert ask
assert publication


def load(session: Session, publication: Publication, folder: Path, content: str | bytes) -> ImportResult:
    path = folder / "people.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_subscribers(session, publication, path, actor="test")


def test_everybody_is_subscribed_at_once(session: Session, publication: Publication, tmp_path: Path) -> None:
    result = load(session, publication, tmp_path, "email,name\nana@example.org,Ana Lim\nbo@example.org,\n")
    facts = result.facts()
    assert (facts["imported"], facts["already"], facts["skipped"], facts["errors"]) == (2, 0, {}, [])
    assert (facts["rows"], facts["added"], facts["updated"], facts["unchanged"]) == (2, 2, 0, 0)
    people = session.scalars(select(Subscriber).order_by(Subscriber.id)).all()
    assert [(person.email, person.name) for person in people] == [
        ("ana@example.org", "Ana Lim"),
        ("bo@example.org", ""),
    ]
    assert people[0].address_hash == parse_address("ana@example.org").hash
    subscriptions = session.scalars(select(Subscription)).all()
    assert {subscription.state for subscription in subscriptions} == {State.ACTIVE}
    assert all(subscription.confirmed_at for subscription in subscriptions)
    records = session.scalars(select(ConsentRecord)).all()
    assert [record.kind for record in records] == [ConsentKind.IMPORTED] * 2
    assert records[0].text == "Imported from people.csv"


def test_who_may_not_come_is_skipped_and_counted(
    session: Session, publication: Publication, ask: Ask, tmp_path: Path
) -> None:
    for who in ("left", "active", "waiting"):
        subscription = ask(f"{who}@example.org")
        assert subscription is not None
        if who != "waiting":
            confirm(session, subscription.id, locale="en")
        if who == "left":
            unsubscribe(session, subscription.id, source=ConsentSource.PAGE)
    suppress(session, parse_address("no@example.org").hash, SuppressionReason.HARD_BOUNCE, actor="test")
    session.commit()
    people = "".join(f"{who}@example.org\n" for who in ("left", "active", "waiting", "no", "new"))
    result = load(session, publication, tmp_path, f"email\n{people}")
    assert (result.imported, result.already) == (2, 1)  # new, and waiting: whoever imports vouches for them
    assert result.skipped == {"unsubscribed": 1, "suppressed": 1}
    again = load(session, publication, tmp_path, f"email\n{people}")
    assert (again.imported, again.already, again.skipped) == (0, 3, result.skipped)
    left = select(Subscription.state).join(Subscriber).where(Subscriber.email == "left@example.org")
    assert session.scalars(left).one() is State.ENDED


def test_bad_rows_and_repeated_ones_are_told_with_their_lines(
    session: Session, publication: Publication, tmp_path: Path
) -> None:
    content = (
        "Name;E-Mail;EMAIL\n"
        '"Lim;\nAna";x;ana@example.org\n'
        "Bo;;not an address\n"
        "\n"
        ";;\n"
        "Cy;;\n"
        "Dee\n"
        "Ana;;ANA@example.org\n"
        "Eve;;eve@example.org\n"
    )
    result = load(session, publication, tmp_path, content)
    assert result.imported == 2
    assert [error.line for error in result.errors] == [4, 7, 8, 9]
    problems = [error.problem for error in result.errors]
    assert "“not an address” is not an email address" in problems[0]
    assert "missing" in problems[1]
    assert "twice: already on line 2" in problems[3]
    assert (
        session.scalars(select(Subscriber.name).where(Subscriber.email == "ana@example.org")).one()
        == "Lim; Ana"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", ("empty_file", "empty")),
        (b"ana@example.org\nbo@example.org\n", ("no_header", "email,name")),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_before_anything_is_imported(
    session: Session, publication: Publication, tmp_path: Path, content: bytes, told: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        load(session, publication, tmp_path, content)
    code, words = told
    assert refused.value.code == code
    assert words in refused.value.message
    assert session.scalar(select(func.count()).select_from(Subscriber)) == 0


@pytest.mark.parametrize("name", ["nowhere.csv", ""])
def test_a_file_that_cannot_be_read_is_refused(
    session: Session, publication: Publication, tmp_path: Path, name: str
) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        import_subscribers(session, publication, tmp_path / name, actor="test")


def test_a_byte_order_mark_and_an_idn_domain(
    session: Session, publication: Publication, tmp_path: Path
) -> None:
    content = '\ufeffEmail,Name\nzoë@exämple.org,Zoë\n"ana@xn--exmple-cua.org",名\n'
    assert load(session, publication, tmp_path, content).imported == 2
    assert set(session.scalars(select(Subscriber.email))) == {"zoë@exämple.org", "ana@exämple.org"}


def test_a_quote_that_never_closes_does_not_take_the_rest_along_silently(
    session: Session, publication: Publication, tmp_path: Path
) -> None:
    content = 'email,name\nana@example.org,Ana\nbo@example.org,"Bo\n' + "cy@example.org,Cy\n" * 20_000
    result = load(session, publication, tmp_path, content)
    assert result.errors
    assert result.errors[0].line == 3


def test_five_thousand_rows_take_few_statements(
    session: Session, publication: Publication, tmp_path: Path
) -> None:
    content = "email,name\n" + "".join(f"reader{n}@example.org,Reader {n}\n" for n in range(5000))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert load(session, publication, tmp_path, content).imported == 5000
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(statements) < 500


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=130)


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_whatever_a_spreadsheet_writes_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["email", "name"])
    writer.writerows([f"reader{number}@example.org", name] for number, name in enumerate(names))
    path = tmp_path_factory.mktemp("csv") / "people.csv"
    path.write_bytes(written.getvalue().encode())
    rows = list(read_source(Source(path, str(path))))
    assert [row.address.email for row in rows if isinstance(row, Row)] == [
        f"reader{number}@example.org" for number in range(len(names))
    ]
    assert all(isinstance(row, Row) and len(row.name) <= 120 and "\n" not in row.name for row in rows)


def test_a_row_that_the_database_refuses_keeps_nobody_else_out(
    session: Session, publication: Publication
) -> None:
    rows = [Row(line, parse_address(f"reader{line}@example.org"), "Reader") for line in range(2, 9)]
    rows[3] = Row(5, rows[3].address, "\ud800")  # no octets in UTF-8
    result = ImportResult()
    batch = Batch(1, publication.id, "They agreed.", "test", DataRule.FILL, rows)
    problems = import_batch(session, batch, result)
    session.commit()
    assert [problem.line for problem in problems] == [5]
    assert result.imported == 6
    assert session.scalar(select(func.count()).select_from(Subscription)) == 6


def test_two_domains_that_only_search_takes_for_one_are_two_people(
    session: Session, publication: Publication, tmp_path: Path
) -> None:
    result = load(session, publication, tmp_path, "email\njo@maße.example\njo@masse.example\n")
    assert (result.imported, result.errors) == (2, [])


def test_values_are_in_no_error_of_the_database(session: Session) -> None:
    with pytest.raises(DBAPIError) as failed:
        session.execute(text("INSERT INTO nowhere VALUES (:email)"), {"email": "secret@example.org"})
    assert "secret@example.org" not in str(failed.value)
