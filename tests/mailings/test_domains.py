"""A mailing by domain: the largest by name, the rest as a sum, and nobody left out."""

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.mailings.domains import TERMS, by_domain
from newsletter.mailings.models import Outcome
from newsletter.mailings.totals import read_totals
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.models import State, Subscriber
from tests.factories import make_issue, make_publication, make_subscription
from tests.web.admin.mailings.ledger import fly, settle

PEOPLE = [3, 1, 1, 2, 1]  # at d0.example, d1.example, …


def a_mailing(session: Session, runtime: Runtime, links: Links) -> int:
    publication = make_publication(session)
    for number, people in enumerate(PEOPLE):
        for person in range(people):
            make_subscription(session, publication, f"p{person}@d{number}.example")
    make_subscription(session, publication, "out@d1.example", state=State.PENDING)
    mailing = schedule(session, make_issue(session, publication), None, links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, links)
    return mailing.id


def test_the_largest_come_first_and_the_rest_is_summed(
    session: Session, runtime: Runtime, links: Links
) -> None:
    mailing_id = a_mailing(session, runtime, links)
    found = by_domain(session, mailing_id, most=2)
    assert [(row.domain, row.people) for row in found.rows] == [("d0.example", 3), ("d3.example", 2)]
    assert found.rest is not None
    assert (found.others, found.rest.domain, found.rest.people, found.rest.pending) == (3, None, 3, 3)
    whole = by_domain(session, mailing_id, most=5)
    assert (len(whole.rows), whole.rest, whole.others) == (5, None, 0)
    assert by_domain(session, mailing_id + 1) == type(found)([], None, 0)


def test_each_line_and_all_lines_add_up(session: Session, runtime: Runtime, links: Links) -> None:
    mailing_id = a_mailing(session, runtime, links)
    settle(session, mailing_id, 1, Outcome.SENT)
    settle(session, mailing_id, 2, Outcome.REJECTED, "refused")
    settle(session, mailing_id, 3, Outcome.SENT)
    settle(session, mailing_id, 4, Outcome.UNANSWERED)
    fly(session, mailing_id, [5, 6])
    person = session.get_one(Subscriber, 8)
    person.email = person.email_key = person.address_hash = None
    session.commit()
    rows = by_domain(session, mailing_id).rows
    assert rows[0].domain == "d0.example"
    assert (rows[0].sent, rows[0].rejected, rows[0].pending) == (2, 1, 0)
    assert [row.domain for row in rows if row.sent == row.rejected == row.pending == 0] == [
        "d1.example",
        "d2.example",
    ]
    assert None in {row.domain for row in rows}
    assert all(row.people == sum(getattr(row, name) for name in TERMS) for row in rows)
    totals = read_totals(session, mailing_id)
    assert {name: sum(getattr(row, name) for row in rows) for name in TERMS} == {
        name: getattr(totals, name) for name in TERMS
    }
    assert totals.written_to == sum(row.people for row in rows)
