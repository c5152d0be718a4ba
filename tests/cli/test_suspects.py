"""`newsletter subscribers suspects`: what scripts rely on."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.deferred.suspects import MOST_SHOWN
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.deciding import decide_all
from tests.deferred.test_decide import ask_for
from tests.factories import create_morning, make_publication

SUSPECTS = ("subscribers", "suspects")


@pytest.fixture
def publication(session: Session) -> Publication:
    return create_morning(session)


def held(session: Session, publication: Publication, *names: str) -> None:
    for name in names:
        ask_for(session, publication, f"{name}@mailinator.com")
    decide_all(session)


def waiting(run: Run) -> list[str]:
    rows = run(*SUSPECTS, "list", "--json").json["suspects"]
    return [row["email"].partition("@")[0] for row in rows]


@both_databases
def test_listed_let_in_and_dropped(run: Run, session: Session, publication: Publication) -> None:
    assert run(*SUSPECTS, "list").out == "No sign-up waits.\n"
    held(session, publication, "ana", "bo", "cy")
    listed = run(*SUSPECTS, "list", "--json").json
    assert (listed["total"], listed["newer"]) == (3, False)
    assert listed["suspects"][0].keys() == {"id", "email", "name", "suspicion", "source", "ip", "at"}
    assert listed["suspects"][0]["suspicion"] == "disposable"
    assert "ana@mailinator.com" in run(*SUSPECTS, "list").out
    let_in = run(*SUSPECTS, "let-in", "ANA@mailinator.com", "ana@mailinator.com", "--json")
    assert let_in.json == {"let_in": 1}
    again = run(*SUSPECTS, "let-in", "bo@mailinator.com", "ana@mailinator.com")
    assert (again.code, "ana@mailinator.com" in again.err) == (2, True)
    assert waiting(run) == ["bo", "cy"]  # nobody was let in by a call that names a stranger
    assert run(*SUSPECTS, "drop", "bo@mailinator.com").out == "1 dropped.\n"
    assert waiting(run) == ["cy"]
    session.rollback()
    message = session.scalars(select(SystemMessage)).one()
    assert (message.kind, message.recipient) == ("confirmation", "ana@mailinator.com")
    decided = select(AuditEntry).where(AuditEntry.action.startswith("sign_up.")).order_by(AuditEntry.id)
    assert [(entry.action, entry.actor, entry.detail) for entry in session.scalars(decided)] == [
        ("sign_up.let_in", "command line", {"number": 1}),
        ("sign_up.dropped", "command line", {"number": 1}),
    ]


@pytest.mark.parametrize(
    ("verb", "done", "messages"), [("let-in", "let_in", MOST_SHOWN + 3), ("drop", "dropped", 0)]
)
def test_all_of_them_once_somebody_agreed(
    run: Run,
    session: Session,
    publication: Publication,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    done: str,
    messages: int,
) -> None:
    held(session, publication, *(f"r{number}" for number in range(MOST_SHOWN + 3)))
    first = run(*SUSPECTS, "list", "--json").json
    assert (len(first["suspects"]), first["total"], first["newer"]) == (MOST_SHOWN, MOST_SHOWN + 3, True)
    last = str(first["suspects"][-1]["id"])
    assert len(run(*SUSPECTS, "list", "--after", last, "--json").json["suspects"]) == 3
    assert f"--after {last}" in run(*SUSPECTS, "list").out
    asked: list[str] = []
    monkeypatch.setattr("click.termui.visible_prompt_func", answering(asked, "n"))
    assert run(*SUSPECTS, verb, "--all").code == 130
    assert len(waiting(run)) == MOST_SHOWN
    monkeypatch.setattr("click.termui.visible_prompt_func", answering(asked, "y"))
    assert run(*SUSPECTS, verb, "--all", "--json").json == {done: 203}
    assert all("203 sign-ups" in question for question in asked)
    assert waiting(run) == []
    session.rollback()
    assert len(session.scalars(select(SystemMessage)).all()) == messages
    session.rollback()
    assert run(*SUSPECTS, verb, "--all", "--yes").code == 0


def answering(asked: list[str], word: str) -> Callable[[str], str]:
    def answer(prompt: str) -> str:
        asked.append(prompt)
        return word

    return answer


def test_who_is_meant_has_to_be_said_and_is_of_the_publication(
    run: Run, session: Session, publication: Publication
) -> None:
    make_publication(session, "other")
    held(session, publication, "ana")
    for verb in ("let-in", "drop"):
        assert run(*SUSPECTS, verb, "--publication", "morning").code == 2
        both = run(*SUSPECTS, verb, "ana@mailinator.com", "--all", "--publication", "morning")
        assert (both.code, "addresses, or --all" in both.err) == (2, True)
        assert run(*SUSPECTS, verb, "ana@mailinator.com", "--publication", "other").code == 2
        assert run(*SUSPECTS, verb, "nobody", "--publication", "morning").code == 2
    assert run(*SUSPECTS, "list", "--publication", "other", "--json").json["total"] == 0
    assert run(*SUSPECTS, "list", "--publication", "morning", "--json").json["total"] == 1
