"""An import while a mailing is sent: nobody new gets it, whom it suppresses or ends does not, all adds up."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from newsletter.mailings.totals import MailingTotals
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.smtp.sink import Sink
from newsletter.subscribers.imports.immediate import import_subscribers
from newsletter.subscribers.imports.undo import begin_undo, run_undo
from newsletter.subscribers.models import State, Subscriber, Subscription
from tests.sending.conftest import READERS

FILE = (
    "email,name,status\n"
    "reader1@readers.example,Another Name,active\n"
    "reader2@readers.example,,unsubscribed\n"
    "reader3@readers.example,,bounced\n"
    "new@readers.example,New,active\n"
)


def test_the_mailing_goes_to_whom_it_was_for(
    process: SendingProcess,
    mailing_id: int,
    sink: Sink,
    count: Callable[[], MailingTotals],
    runtime: Runtime,
    tmp_path: Path,
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(FILE)
    with runtime.session() as session:
        publication = session.scalars(select(Publication)).one()
        result = import_subscribers(session, publication, path, actor="test")
    assert (result.imported, result.already, result.ended, result.suppressed) == (1, 1, 1, 1)
    assert process.drain(mailing_id, seconds=30) is False
    found = count()
    assert (found.state, found.candidates, found.sent) == ("finished", READERS, READERS - 2)
    got = {record.recipient for record in sink.records}
    assert "reader1@readers.example" in got
    assert not got & {f"{name}@readers.example" for name in ("reader2", "reader3", "new")}

    with runtime.session() as session:
        begin_undo(session, publication.id, 1, actor="test")
        session.commit()
    run_undo(runtime.sessions, 1)
    assert count() == found  # what was sent stays in the books
    with runtime.session() as session:
        state = (
            select(Subscription.state)
            .join(Subscriber)
            .where(Subscriber.email_key == "reader2@readers.example")
        )
        assert session.scalars(state).one() is State.ACTIVE
        assert (
            session.scalar(select(Subscriber.id).where(Subscriber.email_key == "new@readers.example")) is None
        )
