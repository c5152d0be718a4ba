"""Put a system message into the outbox, in the transaction of what it tells about."""

from typing import Any

from sqlalchemy.orm import Session

from newsletter import jobs
from newsletter.core.addresses import Address
from newsletter.outbox.kinds import KINDS
from newsletter.outbox.models import SystemMessage


def post(
    session: Session,
    *,
    kind: str,
    recipient: Address,
    publication_id: int | None,
    locale: str,
    facts: dict[str, Any],
) -> SystemMessage:
    """Write one message to `recipient`; a worker sends it once the caller has committed.

    `kind` and `facts` (JSON: ids and words) are those of `newsletter.outbox.kinds`; `locale` is the
    language to write in (`de`, `pt-BR`). The row is flushed, so it has its id. Raises `Refused` for an
    unknown kind and `TypeError` for facts that do not fit it. Who may be written to, and how often, is the
    caller's decision.
    """
    KINDS[kind].check(facts)
    message = SystemMessage(
        kind=kind,
        publication_id=publication_id,
        recipient=recipient.email,
        address_hash=recipient.hash,
        mailbox_hash=recipient.mailbox_hash,
        locale=locale,
        facts=facts,
    )
    session.add(message)
    session.flush()
    jobs.send_system_message.enqueue(session, message_id=message.id)
    return message
