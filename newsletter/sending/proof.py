"""Test messages: an issue as it is now, to a few addresses, through the transactional queue.

The bytes are those of a mailing but for `[TEST]` before the subject, the reader's own lines, and links that
do nothing: they name nobody (subscription and subscriber 0). The message is compiled when it is asked for, so
that what arrives is what was on the screen, however much is typed meanwhile.
"""

import hashlib
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.addresses import Address, parse_address
from newsletter.core.errors import Missing, Refused
from newsletter.core.links import Links
from newsletter.issues.compile import compile_issue, sender_domain
from newsletter.issues.edit import lock_issue
from newsletter.issues.load import find_revision
from newsletter.issues.models import AUTHOR_LENGTH, Issue, ProofMessage, Revision
from newsletter.issues.recipient import recipient_values
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.rendering.addresses import needs_smtputf8
from newsletter.rendering.message import CompiledMessage
from newsletter.smtp.dialogue import Envelope
from newsletter.subscribers.find import find_by_address

KIND = "test_message"
MARK = "[TEST] "
MOST_ADDRESSES = 5
NOBODY = 0
SAME_PRESS = timedelta(seconds=15)


def parse_test_addresses(text: str) -> list[Address]:
    """The addresses in `text`, parted by commas, semicolons or white space; each once.

    `Refused` names what is no address, and more than five of them.
    """
    words = text.replace(",", " ").replace(";", " ").split()
    by_key: dict[str, Address] = {}
    for address in map(_parse, words):
        by_key.setdefault(address.key, address)
    found = list(by_key.values())
    if not found:
        raise _refused("Write the address that the test message goes to.")
    if len(found) > MOST_ADDRESSES:
        raise _refused(f"A test message goes to at most {MOST_ADDRESSES} addresses; these are {len(found)}.")
    return found


def post_test_message(
    session: Session, issue: Issue, addresses: list[Address], links: Links, *, actor: str
) -> ProofMessage:
    """Keep the newest state of `issue` as a test message and put one copy for each address into the outbox.

    Pressing twice within some seconds sends once. Raises what compiling raises for an issue that cannot be
    rendered. The caller commits.
    """
    lock_issue(session, issue.id)
    revision = find_revision(session, issue)
    hashed = hashlib.sha256(" ".join(sorted(address.hash for address in addresses)).encode()).hexdigest()
    again = _pressed_before(session, revision, actor[:AUTHOR_LENGTH], hashed)
    if again is not None:
        return again
    compiled = compile_issue(session, revision, issue.publication, links, mark=MARK)
    kept = ProofMessage(
        issue_id=issue.id,
        revision_id=revision.id,
        edits=revision.edits,
        addresses_hash=hashed,
        compiled=compiled.to_json(),
        actor=actor[:AUTHOR_LENGTH],
    )
    session.add(kept)
    session.flush()
    for address in addresses:
        message = SystemMessage(
            kind=KIND,
            publication_id=issue.publication_id,
            recipient=address.email,
            address_hash=address.hash,
            locale=issue.publication.language,
            facts={"test_message_id": kept.id},
        )
        session.add(message)
        session.flush()
        jobs.send_system_message.enqueue(session, message_id=message.id)
    audit.record(session, "issue.tested", "issue", issue.id, actor=actor, copies=len(addresses))
    return kept


def _pressed_before(session: Session, revision: Revision, actor: str, hashed: str) -> ProofMessage | None:
    """The same test of the same state by the same person a moment ago."""
    return session.scalar(
        select(ProofMessage)
        .where(
            ProofMessage.issue_id == revision.issue_id,
            ProofMessage.revision_id == revision.id,
            ProofMessage.edits == revision.edits,
            ProofMessage.actor == actor,
            ProofMessage.addresses_hash == hashed,
            ProofMessage.at > clock.now() - SAME_PRESS,
        )
        .limit(1)
    )


def write_test_message(session: Session, message: SystemMessage, links: Links) -> Envelope | None:
    """The copy for one address, the same at each attempt; None when its issue is gone."""
    kept = session.get(ProofMessage, message.facts["test_message_id"])
    if kept is None:
        return None
    publication = session.get_one(Publication, message.publication_id)
    name, attributes = _known_words(session, message.recipient)
    values = recipient_values(
        email=message.recipient,
        name=name,
        attributes=attributes,
        subscription_id=NOBODY,
        subscriber_id=NOBODY,
        links=links,
        mailing_id=0,
        seq=message.id,
        domain=sender_domain(publication),
        now=message.created_at,
        # Row ids start again in a fresh database, and mail programs drop a Message-ID they have seen.
        origin=f"{links.public_url} test {message.created_at.isoformat()}",
        publication_name=publication.name,
    )
    body = CompiledMessage.from_json(kept.compiled).fill(values)
    sender = publication.sender_email
    return Envelope(0, sender, message.recipient, body, needs_smtputf8(message.recipient), clean=True)


def _known_words(session: Session, email: str) -> tuple[str, dict[str, object]]:
    """What merge fields say to whoever has this address, if they subscribe to anything."""
    try:
        subscriber = find_by_address(session, parse_address(email))
    except (Missing, Refused):
        return "", {}
    return subscriber.name, dict(subscriber.attributes)


def _parse(word: str) -> Address:
    try:
        return parse_address(word)
    except Refused as error:
        raise _refused(error.message) from error


def _refused(sentence: str) -> Refused:
    return Refused("test_addresses", sentence, {"addresses": sentence})
