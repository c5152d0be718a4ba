"""`newsletter mailing …`: the ledger, another turn, and the throttle, as a person and as a program."""

import json
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.cli import mailing_ledger
from newsletter.core.links import Links
from newsletter.mailings import recipients
from newsletter.mailings.models import Mailing, MailingState, Outcome
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.models import Subscriber
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_readers, make_subscription
from tests.web.admin.mailings.ledger import half_way, settle

READERS = 8


class Terminal:
    """A standard input that is a terminal, at which somebody types."""

    def __init__(self, *lines: str) -> None:
        self.lines = iter(f"{line}\n" for line in lines)

    def isatty(self) -> bool:
        return True

    def readline(self, _size: int = -1) -> str:
        return next(self.lines, "")

    def __iter__(self) -> Iterator[str]:
        return self.lines


@pytest.fixture
def mailing_id(session: Session, runtime: Runtime, links: Links) -> int:
    """Of 8 people, 2 have it, 1 was rejected, 1 is unanswered, 2 are in flight; at two domains."""
    publication = make_publication(session)
    make_readers(session, publication, READERS - 1)
    make_subscription(session, publication, "zoe@elsewhere.example", "Zoe [bold]")
    mailing = schedule(session, make_issue(session, publication), None, links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, links)
    half_way(session, mailing.id)
    return mailing.id


@both_databases
def test_every_recipient_is_listed_with_what_became_of_them(
    run: Run, session: Session, mailing_id: int
) -> None:
    ran = run("mailing", "recipients", str(mailing_id), "--json")
    assert (ran.code, ran.json["mailing"], len(ran.json["recipients"])) == (0, mailing_id, READERS)
    session.expire_all()
    taken = select(AuditEntry.actor).where(AuditEntry.action == "mailing.recipients_exported")
    assert session.scalars(taken).all() == ["command line"]
    session.rollback()
    third = ran.json["recipients"][2]
    at = third.pop("at")
    assert third == {
        "address": "reader3@readers.example",
        "name": "Reader 3",
        "outcome": "rejected",
        "reason": "no_such_user",
        "code": 550,
        "enhanced": "5.1.1",
    }
    assert at.endswith("+00:00")
    assert [one["outcome"] for one in ran.json["recipients"]].count("in_flight") == 2
    assert len(ran.out.splitlines()) == READERS + 2, "a line for each"


@both_databases
@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--outcome", "sent"], ["reader1", "reader2"]),
        (["--outcome", "rejected", "--reason", "no_such_user"], ["reader3"]),
        (["--reason", "policy"], []),
        (["--prefix", "ZO"], ["zoe"]),
    ],
)
def test_recipients_are_chosen(run: Run, mailing_id: int, options: list[str], found: list[str]) -> None:
    ran = run("mailing", "recipients", str(mailing_id), *options, "--json")
    assert [one["address"].partition("@")[0] for one in ran.json["recipients"]] == found
    told = run("mailing", "recipients", str(mailing_id), *options).out
    assert all(name in told for name in found)
    assert ("Nobody matches." in told) == (not found)


def test_people_are_shown_some_and_told_so(
    run: Run, mailing_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = run("mailing", "recipients", str(mailing_id)).out
    assert "Zoe [bold]" in output, "names are no markup"
    assert "550 5.1.1" in output
    assert "These are the first" not in output
    monkeypatch.setattr(mailing_ledger, "SHOWN", 3)
    output = run("mailing", "recipients", str(mailing_id)).out
    assert "reader3@" in output
    assert "reader4@" not in output
    assert "These are the first 3" in output


def test_all_are_listed_however_they_are_read(
    run: Run, mailing_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients.every_recipient, "__defaults__", (None, 3))
    ran = run("mailing", "recipients", str(mailing_id), "--json")
    assert len({one["address"] for one in ran.json["recipients"]}) == READERS


def test_an_erased_person_has_no_address(run: Run, session: Session, mailing_id: int) -> None:
    person = session.get_one(Subscriber, 1)
    person.email = person.email_key = person.address_hash = None
    session.commit()
    assert run("mailing", "recipients", str(mailing_id), "--json").json["recipients"][0]["address"] is None
    assert "(erased)" in run("mailing", "recipients", str(mailing_id)).out
    assert "(erased)" in run("mailing", "domains", str(mailing_id)).out


@pytest.mark.parametrize("noun", ["recipients", "domains", "codes", "retry", "resend-unanswered"])
def test_a_mailing_that_is_not_there(run: Run, noun: str) -> None:
    ran = run("mailing", noun, "4242", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "no mailing 4242" in ran.err


def test_domains_add_up(run: Run, mailing_id: int) -> None:
    answer = run("mailing", "domains", str(mailing_id), "--json").json
    first, second = answer["rows"]
    assert first == {
        "domain": "readers.example",
        "people": READERS - 1,
        "pending": 1,
        "in_flight": 2,
        "sent": 2,
        "rejected": 1,
        "retry": 0,
        "unanswered": 1,
    }
    assert (second["domain"], second["people"], second["pending"]) == ("elsewhere.example", 1, 1)
    assert (answer["mailing"], answer["rest"], answer["others"]) == (mailing_id, None, 0)
    assert "readers.example" in run("mailing", "domains", str(mailing_id)).out


def test_codes_are_counted(run: Run, mailing_id: int) -> None:
    answer = run("mailing", "codes", str(mailing_id), "--json").json
    assert {
        "outcome": "rejected",
        "code": 550,
        "enhanced": "5.1.1",
        "reason": "no_such_user",
        "n": 1,
    } in answer["codes"]
    told = run("mailing", "codes", str(mailing_id)).out
    assert "550 5.1.1" in told
    assert "no such user" in told
    assert "no reply" in told


def test_rejected_people_get_another_turn(run: Run, mailing_id: int) -> None:
    assert (
        "Nobody is rejected with the reason policy"
        in run("mailing", "retry", str(mailing_id), "--reason", "policy").out
    )
    ran = run("mailing", "retry", str(mailing_id), "--reason", "no_such_user", "--json")
    assert (ran.json["retried"], ran.json["rejected"], ran.json["pending"]) == (1, 0, 3)
    assert "Nobody is rejected; nothing was changed." in run("mailing", "retry", str(mailing_id)).out


def test_a_cancelled_mailing_has_no_other_turn(run: Run, session: Session, mailing_id: int) -> None:
    session.get_one(Mailing, mailing_id).state = MailingState.CANCELLED
    session.commit()
    ran = run("mailing", "retry", str(mailing_id))
    assert ran.code == 2
    assert "is cancelled; nothing of it can be retried" in ran.err


class TestResend:
    def test_as_many_as_expected(self, run: Run, mailing_id: int) -> None:
        ran = run("mailing", "resend-unanswered", str(mailing_id), "--expect", "1", "--json")
        assert (ran.json["resent"], ran.json["unanswered"], ran.json["pending"]) == (1, 0, 3)
        assert "Nobody is unanswered." in run("mailing", "resend-unanswered", str(mailing_id)).out

    def test_another_number_is_told(self, run: Run, session: Session, mailing_id: int) -> None:
        settle(session, mailing_id, 7, Outcome.UNANSWERED)
        ran = run("mailing", "resend-unanswered", str(mailing_id), "--expect", "1")
        assert ran.code == 2
        assert "There are 2 unanswered now, not 1; nothing was sent again." in ran.err

    def test_without_a_terminal_it_refuses_and_says_the_number(self, run: Run, mailing_id: int) -> None:
        ran = run("mailing", "resend-unanswered", str(mailing_id))
        assert (ran.code, ran.out) == (2, "")
        assert "--expect 1" in ran.err
        assert "a second copy may reach some of them" in ran.err

    def test_at_a_terminal_it_asks(self, run: Run, mailing_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", Terminal("n"))
        ran = run("mailing", "resend-unanswered", str(mailing_id))
        assert ran.code == 130
        assert "Send to them again?" in ran.err
        assert run("mailing", "status", str(mailing_id), "--json").json["unanswered"] == 1
        monkeypatch.setattr(sys, "stdin", Terminal("y"))
        assert "1 unanswered get a second copy" in run("mailing", "resend-unanswered", str(mailing_id)).out
        assert run("mailing", "status", str(mailing_id), "--json").json["unanswered"] == 0


def test_the_throttle(run: Run, mailing_id: int) -> None:
    ran = run("mailing", "throttle", str(mailing_id), "12.5", "--json")
    assert (ran.code, ran.json["per_second"]) == (0, 12.5)
    assert "At most 12.5 a second." in run("mailing", "status", str(mailing_id)).out
    assert run("mailing", "throttle", str(mailing_id), "off", "--json").json["per_second"] is None
    for nonsense in ("fast", "0", "nan", "1e9"):
        ran = run("mailing", "throttle", str(mailing_id), nonsense)
        assert ran.code == 2
        assert "messages a second" in ran.err


@both_databases
def test_why_nothing_leaves_is_told(run: Run, session: Session, mailing_id: int) -> None:
    mailing = session.get_one(Mailing, mailing_id)
    mailing.waiting_for = "The relay asked us to come back later."
    session.commit()
    told = run("mailing", "status", str(mailing_id))
    assert "Nothing is being sent right now: The relay asked us to come back later." in told.out
    found = json.loads(run("mailing", "status", str(mailing_id), "--json").out)
    assert (found["waiting_for"], found["not_before"]) == (mailing.waiting_for, None)


def test_a_person_is_shown_with_what_became_of_each_delivery(run: Run, mailing_id: int) -> None:
    told = run("subscribers", "show", "reader3@readers.example").out
    assert f"Mailing {mailing_id}: rejected (no such user, 550 5.1.1)  20" in told
    assert f"Mailing {mailing_id}: in flight\n" in run("subscribers", "show", "reader5@readers.example").out
