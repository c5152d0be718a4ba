"""An editor names somebody's new address; whoever has it is asked, as in `address_change`."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.addresses import Address
from newsletter.core.errors import Limited
from newsletter.publications.models import Publication
from newsletter.subscribers.add import suppressed_error
from newsletter.subscribers.address_change import ask_for_change, check_change, moment_of, send_question
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.queries import is_suppressed, lock_subscriber, publication_to_write_as


def ask_new_address(session: Session, subscriber_id: int, address: Address, *, actor: str) -> None:
    """Ask at `address` whether the person's subscriptions are to go there; nothing changes before that.

    Raises `Missing` for an unknown or erased person, `Refused` for a suppressed address, `Conflict` for
    their own, and for one under which somebody subscribes or left, `Limited` when the mailbox was asked
    something lately. The caller commits.
    """
    subscriber = lock_subscriber(session, subscriber_id)
    if is_suppressed(session, address.hash):
        raise suppressed_error(session, address)
    change = ask_for_change(session, subscriber_id, address)
    check_change(session, change)
    if not send_question(session, change.id, moment_of(change), _language(session, subscriber)):
        sentence = "This address got a message recently, so no other one is sent. Try again tomorrow."
        raise Limited("asked_lately", sentence, {"address": sentence})
    audit.record(session, "subscriber.address_asked", "subscriber", subscriber.id, actor=actor)


def _language(session: Session, subscriber: Subscriber) -> str:
    publication_id = publication_to_write_as(session, subscriber.id)
    publication = None if publication_id is None else session.get(Publication, publication_id)
    return subscriber.language or (publication.language if publication else "en")
