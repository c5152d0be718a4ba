"""Protection of sign-up: how often an address is written to, and which forms are a person's."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.tokens import Purpose, Signer
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.signup_protection import FillTime, FormVerdict, check_form, sign_form_time
from newsletter.subscribers.undo import offer_undo
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.subscribers.conftest import Ask

START = "2026-03-01T10:00:00Z"
DAY = 24 * 3600


def messages(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SystemMessage)) or 0


def test_one_message_a_day_and_three_in_thirty_days_without_an_answer(session: Session, ask: Ask) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        seen = []
        for _day in range(35):
            ask()
            traveller.shift(DAY / 2)
            ask()
            traveller.shift(DAY / 2 + 1)
            seen.append(messages(session))
    assert seen[:4] == [1, 2, 3, 3]
    assert seen[28] == 3
    assert seen[34] == 6  # the first three are older than thirty days by now


def test_an_answer_starts_afresh(session: Session, ask: Ask) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        subscription = ask()
        assert subscription is not None
        traveller.shift(60)
        confirm(session, subscription.id, locale="en")
        unsubscribe(session, subscription.id, source=ConsentSource.PAGE)
        session.commit()
        traveller.shift(60)
        ask()
        assert messages(session) == 2
        traveller.shift(60)
        ask()
        assert messages(session) == 2


def test_one_address_has_one_allowance_over_all_publications(session: Session, ask: Ask) -> None:
    for number in range(5):
        other = Publication(slug=f"p{number}", name=f"Publication {number}")
        session.add(other)
        session.commit()
        ask("Victim@example.org", of=other)
    assert messages(session) == 1


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("pat@example.org", ["Pat+news@example.org", "pat+a+b@example.org", "pat+@example.org"]),
        ("p.a.t@gmail.com", ["pat@gmail.com", "pa.t+x@googlemail.com", "P.AT@GMAIL.com"]),
    ],
)
def test_aliases_are_one_mailbox(session: Session, ask: Ask, one: str, many: list[str]) -> None:
    ask(one)
    for email in many:
        ask(email)
    assert messages(session) == 1


def test_what_may_be_somebody_else_is_another_mailbox(session: Session, ask: Ask) -> None:
    for email in ("p.at@example.org", "pat@example.org", "pat@example.com", "+pat@example.org"):
        ask(email)
    assert messages(session) == 4


def test_an_answer_of_one_alias_lets_the_next_be_asked(session: Session, ask: Ask) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        subscription = ask("ana+first@example.org")
        assert subscription is not None
        traveller.shift(60)
        confirm(session, subscription.id, locale="en")
        session.commit()
        traveller.shift(60)
        ask("ana+second@example.org")
    assert messages(session) == 2


SIGNER = Signer(["secret"])


@pytest.mark.parametrize(
    ("seconds", "passage"),
    [
        (0, FormVerdict.ASK_AGAIN),
        (1, FormVerdict.ASK_AGAIN),
        (3, FormVerdict.ACCEPTED),
        (12 * 3600, FormVerdict.ACCEPTED),
        (13 * 3600, FormVerdict.ASK_AGAIN),
    ],
)
def test_a_person_takes_a_while(seconds: int, passage: FormVerdict) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        stamp = sign_form_time(SIGNER, 5)
        traveller.shift(seconds)
        assert check_form(SIGNER, shown_at=stamp, publication_id=5, honeypot="") is passage


def test_only_a_program_fills_in_the_trap() -> None:
    stamp = SIGNER.sign(Purpose.FORM, 5, issued_at=clock.now() - timedelta(minutes=1))
    assert check_form(SIGNER, shown_at=stamp, publication_id=5, honeypot="x") is FormVerdict.BOT
    assert check_form(SIGNER, shown_at="", publication_id=5, honeypot="x") is FormVerdict.BOT


def test_a_stamp_is_one_publications_and_ours() -> None:
    fill_time = FillTime(fastest=timedelta(0))
    for stamp in (
        "",
        "nonsense",
        sign_form_time(SIGNER, 6),
        sign_form_time(Signer(["other"]), 5),
        SIGNER.sign(Purpose.FORM, 5, 1),
        SIGNER.sign(Purpose.VIEW, 5),
    ):
        assert (
            check_form(SIGNER, shown_at=stamp, publication_id=5, honeypot="", fill_time=fill_time)
            is FormVerdict.ASK_AGAIN
        )
    assert (
        check_form(
            SIGNER, shown_at=sign_form_time(SIGNER, 5), publication_id=5, honeypot="", fill_time=fill_time
        )
        is FormVerdict.ACCEPTED
    )


def test_an_undo_token_is_no_stamp(session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    withdrawal = unsubscribe(session, subscription.id, source=ConsentSource.PAGE)
    assert withdrawal is not None
    token = offer_undo(SIGNER, withdrawal)
    fill_time = FillTime(fastest=timedelta(0))
    publication_id = subscription.publication_id
    assert (
        check_form(SIGNER, shown_at=token, publication_id=publication_id, honeypot="", fill_time=fill_time)
        is FormVerdict.ASK_AGAIN
    )
