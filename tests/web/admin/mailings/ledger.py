"""Move a mailing's ledger as sending would, and read what the pages say about it."""

import csv
from datetime import datetime
from io import StringIO

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings import counts
from newsletter.mailings.models import Control, Delivery, Mailing, MailingState, Outcome, SendWindow

READERS = 8
XSS = "<script>alert(1)</script>"


def settle(
    session: Session, mailing_id: int, seq: int, outcome: Outcome, reason: str = "", *reply: int | str
) -> None:
    """As if the next place had been reserved and answered."""
    mailing = session.get_one(Mailing, mailing_id)
    delivery = session.get_one(Delivery, (mailing_id, seq))
    delivery.outcome, delivery.reason, delivery.at = outcome, reason, clock.now()
    if reply:
        delivery.code, delivery.enhanced = int(reply[0]), str(reply[1])
    mailing.next_seq = max(mailing.next_seq, seq + 1)
    counts.change(session, mailing_id, {(outcome, reason if outcome is Outcome.REJECTED else ""): 1})
    session.commit()


def fly(session: Session, mailing_id: int, seqs: list[int], reserved_at: datetime | None = None) -> None:
    """As if a process had `seqs` in its hands."""
    mailing = session.get_one(Mailing, mailing_id)
    mailing.next_seq = max(mailing.next_seq, *(seq + 1 for seq in seqs))
    window = SendWindow(id="w1", mailing_id=mailing_id, seqs=seqs, size=len(seqs), host="here", tally="t")
    window.reserved_at = reserved_at or clock.now()
    session.add(window)
    session.commit()


def half_way(session: Session, mailing_id: int) -> None:
    settle(session, mailing_id, 1, Outcome.SENT)
    settle(session, mailing_id, 2, Outcome.SENT)
    settle(session, mailing_id, 3, Outcome.REJECTED, "no_such_user", 550, "5.1.1")
    settle(session, mailing_id, 4, Outcome.UNANSWERED)
    fly(session, mailing_id, [5, 6])


def read(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.text


def shown(page: str) -> list[str]:
    """The addresses on a page, in its order."""
    listed = [part.split("</bdi>")[0] for part in page.split("<bdi>")[1:]]
    return [text for text in listed if "@" in text]


def state(session: Session, mailing_id: int) -> tuple[MailingState, Control]:
    session.rollback()
    session.expire_all()
    mailing = session.get_one(Mailing, mailing_id)
    return mailing.state, mailing.control


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))
