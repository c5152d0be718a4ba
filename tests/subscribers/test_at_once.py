"""Two requests at the same moment: one subscription, one message, one record; nobody is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Barrier

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.core.db import session_factory
from newsletter.core.links import Links
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.consent import words
from newsletter.subscribers.erase import erase
from newsletter.subscribers.imports.immediate import import_subscribers
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)
from newsletter.subscribers.sign_up import sign_up
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.undo import offer_undo, undo
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.factories import NO_FILES
from tests.subscribers.conftest import Ask

Work = Callable[[Session], object]


def together(engine: Engine, *works: Work) -> None:
    """Do all of `works` at the same moment, each in its own transaction; any error is raised here."""
    barrier = Barrier(len(works))
    sessions = session_factory(engine)

    def do(work: Work) -> None:
        with sessions() as session:
            barrier.wait(10)
            work(session)
            session.commit()

    with ThreadPoolExecutor(len(works)) as pool:
        list(pool.map(do, works))


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _sign_up(publication: Publication, email: str) -> Work:
    publication_id, agreed, address = publication.id, words(publication.name, "en"), parse_address(email)

    def work(session: Session) -> None:
        ours = session.get_one(Publication, publication_id)  # a session is one thread's
        sign_up(session, publication=ours, address=address, words=agreed, source=ConsentSource.FORM)

    return work


def _erase(subscriber_id: int) -> Work:
    return lambda session: erase(session, subscriber_id, actor="test", files=NO_FILES)


def _confirm(subscription_id: int) -> Work:
    return lambda session: confirm(session, subscription_id, locale="en")


def test_two_sign_ups_make_one_subscription_and_one_message(
    engine: Engine, session: Session, publication: Publication
) -> None:
    for number in range(10):
        email = f"reader{number}@example.org"
        together(engine, _sign_up(publication, email), _sign_up(publication, email.upper()))
    assert count(session, Subscriber) == 10
    assert count(session, Subscription) == 10
    assert count(session, SystemMessage) == 10
    assert count(session, ConsentRecord) == 10


def test_two_sign_ups_of_a_known_address_make_one_message(
    engine: Engine, session: Session, publication: Publication, ask: Ask
) -> None:
    for number in range(10):
        email = f"reader{number}@example.org"
        ask(email)
        session.query(SystemMessage).delete()
        session.commit()
        together(engine, *[_sign_up(publication, email)] * 4)
        assert count(session, SystemMessage) == 1
        session.rollback()


def test_sign_ups_of_aliases_make_one_message(
    engine: Engine, session: Session, publication: Publication
) -> None:
    for number in range(5):
        aliases = [f"reader{number}+{tag}@example.org" for tag in ("a", "b", "c")]
        together(engine, *[_sign_up(publication, email) for email in aliases])
    assert count(session, Subscriber) == 15
    assert count(session, SystemMessage) == 5


def test_two_presses_confirm_once(engine: Engine, session: Session, ask: Ask) -> None:
    for number in range(10):
        subscription = ask(f"reader{number}@example.org")
        assert subscription is not None
        together(engine, *[_confirm(subscription.id)] * 2)
    confirmed = select(func.count()).where(ConsentRecord.kind == ConsentKind.CONFIRMED)
    assert session.scalar(confirmed) == 10


def test_two_presses_unsubscribe_once(engine: Engine, session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    id_ = subscription.id
    together(engine, *[lambda s: unsubscribe(s, id_, source=ConsentSource.ONE_CLICK)] * 4)
    withdrawn = select(func.count()).where(ConsentRecord.kind == ConsentKind.WITHDRAWN)
    assert session.scalar(withdrawn) == 1


def test_two_suppressions_are_one(engine: Engine, session: Session) -> None:
    hashed = parse_address("ana@example.org").hash
    together(engine, *[lambda s: suppress(s, hashed, SuppressionReason.COMPLAINT, actor="test")] * 4)
    assert count(session, Suppression) == 1


def test_signing_up_during_an_erasure_does_not_bring_the_person_back(
    engine: Engine, session: Session, publication: Publication, ask: Ask
) -> None:
    """A wish that comes after it is a new one, of a person anew: it waits to be confirmed."""
    erased = set()
    for number in range(10):
        email = f"reader{number}@example.org"
        subscription = ask(email)
        assert subscription is not None
        erased.add(subscription.subscriber_id)
        together(engine, _erase(subscription.subscriber_id), _sign_up(publication, email))
    columns = (Subscriber.id, Subscriber.email, Subscription.state, Subscription.ended_reason)
    for person, address, state, reason in session.execute(select(*columns).join(Subscription.subscriber)):
        if person in erased:
            assert (address, reason) == (None, EndReason.ERASED)
        else:
            assert state is State.PENDING


def test_an_import_during_an_erasure_does_not_bring_the_person_back(
    engine: Engine, session: Session, ask: Ask, publication: Publication, tmp_path: Path
) -> None:
    subscription = ask()
    assert subscription is not None
    person = confirm(session, subscription.id, locale="en").subscriber_id
    session.commit()
    people = tmp_path / "people.csv"
    people.write_text("email,name\nana@example.org,Ana\nben@example.org,Ben\n")

    def import_them(session: Session) -> None:
        import_subscribers(session, publication, people, actor="test")

    with session_factory(engine)() as erasing, ThreadPoolExecutor(1) as pool:
        _erase(person)(erasing)
        imported = pool.submit(together, engine, import_them)
        wait([imported], timeout=0.5)  # it has looked at the suppressions, and waits for the person's row
        erasing.commit()
        imported.result(10)
    emails = select(Subscriber.email).where(Subscriber.email.is_not(None))
    assert session.scalars(emails).all() == ["ben@example.org"]
    assert session.scalars(select(Subscription.state).order_by(Subscription.id)).all() == [
        State.ENDED,
        State.ACTIVE,
    ]


def test_two_imports_and_a_sign_up_of_the_same_people(
    engine: Engine, session: Session, publication: Publication, tmp_path: Path
) -> None:
    people = [f"reader{number}@example.org" for number in range(1500)]
    there, back = tmp_path / "there.csv", tmp_path / "back.csv"
    there.write_text("email\n" + "\n".join(people))
    back.write_text("email\n" + "\n".join(reversed(people)))
    results = []

    def load(path: Path) -> Work:
        return lambda s: results.append(import_subscribers(s, publication, path, actor="test"))

    together(engine, load(there), load(back), _sign_up(publication, "reader700@example.org"))
    assert sum(result.imported for result in results) == 1500
    assert sum(result.imported + result.already for result in results) == 3000
    assert count(session, Subscription) == 1500
    assert set(session.scalars(select(Subscription.state))) == {State.ACTIVE}


def test_two_presses_undo_once(engine: Engine, session: Session, ask: Ask, links: Links) -> None:
    subscription = ask()
    assert subscription is not None
    confirm(session, subscription.id, locale="en")
    withdrawal = unsubscribe(session, subscription.id, source=ConsentSource.PAGE)
    assert withdrawal is not None
    token, id_ = offer_undo(links.signer, withdrawal), subscription.id
    session.commit()
    together(engine, *[lambda s: undo(s, links.signer, token, id_, locale="en")] * 4)
    renewed = select(func.count()).where(ConsentRecord.kind == ConsentKind.RENEWED)
    assert session.scalar(renewed) == 1
