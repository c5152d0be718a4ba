"""The report of a mailing is mailed to the team the day after, once, with its numbers first."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.models import User
from newsletter.accounts.permissions import RoleName
from newsletter.core import clock
from newsletter.mailings.models import Mailing, MailingState
from newsletter.outbox.models import SystemMessage
from newsletter.reports.mail_report import AFTER, NO_LATER_THAN, mail_due_reports
from newsletter.reports.models import ReportMail
from newsletter.runtime import Runtime
from newsletter.smtp.sink import Options, Sink
from tests.reports.conftest import MakeSent
from tests.sending.mailroom import send_outbox

PASSWORD = "seven quiet herons"


@pytest.fixture
def team(session: Session) -> None:
    """An owner and an editor who want reports, one who does not, one who left, and one who has not come."""
    people = [
        create_user(session, email=f"{name}@press.example", role=role, password=password, actor="test")
        for name, role, password in (
            ("olga", RoleName.OWNER, PASSWORD),
            ("ed", RoleName.EDITOR, PASSWORD),
            ("quiet", RoleName.EDITOR, PASSWORD),
            ("gone", RoleName.EDITOR, PASSWORD),
            ("new", RoleName.EDITOR, None),
        )
    ]
    people[2].report_mail = False
    people[3].active = False
    session.commit()


@pytest.fixture
def finished(session: Session, make_sent: MakeSent, team: None) -> int:
    """A mailing to 1,200 people that was over a moment ago."""
    mailing_id = make_sent("one", sent=1_200, clicks=30)
    session.execute(update(Mailing).values(finished_at=clock.now()))
    session.commit()
    return mailing_id


def look(runtime: Runtime, session: Session, after: timedelta) -> list[str]:
    """To whom reports were posted so far, when somebody looks so long from now."""
    session.commit()
    with time_machine.travel(clock.now() + after, tick=False):
        mail_due_reports(runtime.sessions)
    posted = select(SystemMessage.recipient).where(SystemMessage.kind == "mailing_report")
    return sorted(session.scalars(posted))


BOTH = ["ed@press.example", "olga@press.example"]


def test_it_goes_once_to_those_who_want_it(runtime: Runtime, session: Session, finished: int) -> None:
    minute = timedelta(minutes=1)
    assert look(runtime, session, AFTER - minute) == []
    assert look(runtime, session, AFTER + minute) == BOTH
    assert look(runtime, session, AFTER + 2 * minute) == BOTH
    # Its rejected were sent to again, and it was over once more.
    session.execute(update(Mailing).values(finished_at=clock.now() + timedelta(days=1)))
    assert look(runtime, session, timedelta(days=3)) == BOTH


def test_old_news_and_what_goes_on_are_not_mailed(runtime: Runtime, session: Session, finished: int) -> None:
    assert look(runtime, session, NO_LATER_THAN) == []
    session.execute(update(Mailing).values(state=MailingState.SENDING))
    assert look(runtime, session, timedelta(days=2)) == []


def test_whoever_dies_before_the_commit_has_done_nothing(
    runtime: Runtime, session: Session, finished: int
) -> None:
    died_with: list[int] = []

    def die(dying: Session) -> None:
        died_with.append(len(dying.scalars(select(SystemMessage)).all()))
        raise KeyboardInterrupt

    session.commit()
    event.listen(runtime.sessions, "before_commit", die)
    with (
        time_machine.travel(clock.now() + timedelta(days=1, hours=1), tick=False),
        pytest.raises(KeyboardInterrupt),
    ):
        mail_due_reports(runtime.sessions)
    event.remove(runtime.sessions, "before_commit", die)
    assert died_with == [len(BOTH)]
    assert not session.scalars(select(ReportMail)).all()
    assert look(runtime, session, timedelta(days=1, hours=1)) == BOTH


def test_of_two_hosts_one_mails_it(runtime: Runtime, session: Session, finished: int) -> None:
    session.execute(update(Mailing).values(finished_at=clock.now() - timedelta(days=1, hours=1)))
    session.commit()
    together = Barrier(2)

    def host() -> None:
        together.wait()
        mail_due_reports(runtime.sessions)

    hosts = [Thread(target=host) for _ in range(2)]
    for each in hosts:
        each.start()
    for each in hosts:
        each.join()
    assert session.scalar(select(func.count()).select_from(SystemMessage)) == len(BOTH)


def test_the_message_has_the_numbers_and_says_how_to_turn_it_off(
    runtime: Runtime, session: Session, finished: int
) -> None:
    look(runtime, session, timedelta(days=1, hours=1))
    message = session.scalars(select(SystemMessage)).first()
    assert message is not None
    assert message.facts["figures"] == [
        ["sent", 1_200, 1_201],
        ["clicks", 30, 1_200],
        ["unsubscribes", 0, 1_200],
        ["complaints", 0, 1_200],
        ["rejected", 1, 1_201],
        ["bounced", 0, 1_200],
    ]
    session.commit()
    with (
        time_machine.travel(clock.now() + timedelta(days=1, hours=1), tick=True),
        Sink(Options(keep_content=True)) as sink,
    ):
        send_outbox(runtime, sink)
        text = (sink.records[0].content or b"").decode()
    for words in (f"/admin/mailings/{finished}/report", "/admin/account", "30 of 1,200 (2.5%)", "in numbers"):
        assert words in text


def test_nobody_who_wants_it_is_settled_too(runtime: Runtime, session: Session, finished: int) -> None:
    session.execute(update(User).values(report_mail=False))
    assert look(runtime, session, timedelta(days=1, hours=1)) == []
    assert len(session.scalars(select(ReportMail)).all()) == 1
