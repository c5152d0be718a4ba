"""Proofs, which people know as test messages: an issue as it is now, to a few addresses, for its editors.

They go through the outbox and the transactional queue.

The bytes are those of a mailing but for `[TEST]` before the subject, the reader's own lines, links that do
nothing: they name nobody (subscription and subscriber 0), and links to the issue's page, which are signed
previews of the revision until it has one. The message is compiled when it is asked for, so
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
from newsletter.issues.editions.change import require_edition
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import AUTHOR_LENGTH, Issue, ProofMessage, Revision
from newsletter.issues.recipient import MailingIdentity, Recipient, recipient_values
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.rendering.addresses import needs_smtputf8
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.variant import Variant
from newsletter.smtp.dialogue import Envelope
from newsletter.subscribers.find import find_by_address

KIND = "test_message"
MARK = "[TEST] "
MOST_ADDRESSES = 5
NOBODY = 0
SAME_WITHIN = timedelta(seconds=15)


def parse_proof_addresses(text: str) -> list[Address]:
    """The addresses in `text`, parted by commas, semicolons or white space; each once.

    `Refused` names what is no address, and more than five of them.
    """
    words = text.replace(",", " ").replace(";", " ").split()
    by_key: dict[str, Address] = {}
    for address in map(_parse, words):
        by_key.setdefault(address.key, address)
    addresses = list(by_key.values())
    if not addresses:
        raise _refused("Enter an address for the test message.")
    if len(addresses) > MOST_ADDRESSES:
        raise _refused(
            f"A test message can go to at most {MOST_ADDRESSES} addresses; you entered {len(addresses)}."
        )
    return addresses


def post_proof(
    session: Session, issue: Issue, addresses: list[Address], links: Links, *, actor: str, edition: str = ""
) -> ProofMessage:
    """Compile the newest state of `issue` and put one copy for each address into the outbox.

    `edition`: the language of the edition; empty for the issue's own. Pressing twice within some seconds
    sends once. Raises `Missing` for an edition that the issue does not have, and what compiling raises for
    an issue that cannot be rendered. The caller commits.
    """
    lock_issue(session, issue.id)
    revision = find_revision(session, issue)
    if edition:
        edition = require_edition(load_document(revision), edition).language
    named = " ".join([*sorted(address.hash for address in addresses), *([edition] if edition else [])])
    addresses_hash = hashlib.sha256(named.encode()).hexdigest()
    earlier = _posted_just_before(session, revision, actor[:AUTHOR_LENGTH], addresses_hash)
    if earlier is not None:
        return earlier
    seen = Variant(edition=edition)
    compiled = compile_issue(session, revision, issue.publication, links, variant=seen, mark=MARK, proof=True)
    proof = ProofMessage(
        issue_id=issue.id,
        revision_id=revision.id,
        edits=revision.edits,
        addresses_hash=addresses_hash,
        compiled=compiled.to_json(),
        actor=actor[:AUTHOR_LENGTH],
    )
    session.add(proof)
    session.flush()
    for address in addresses:
        message = SystemMessage(
            kind=KIND,
            publication_id=issue.publication_id,
            recipient=address.email,
            address_hash=address.hash,
            locale=edition or issue.publication.language,
            facts={"test_message_id": proof.id},
        )
        session.add(message)
        session.flush()
        jobs.send_system_message.enqueue(session, message_id=message.id)
    audit.record(session, "issue.tested", "issue", issue.id, actor=actor, copies=len(addresses))
    return proof


def _posted_just_before(
    session: Session, revision: Revision, actor: str, addresses_hash: str
) -> ProofMessage | None:
    """The same test of the same state by the same person a moment ago."""
    return session.scalar(
        select(ProofMessage)
        .where(
            ProofMessage.issue_id == revision.issue_id,
            ProofMessage.revision_id == revision.id,
            ProofMessage.edits == revision.edits,
            ProofMessage.actor == actor,
            ProofMessage.addresses_hash == addresses_hash,
            ProofMessage.at > clock.now() - SAME_WITHIN,
        )
        .limit(1)
    )


def write_proof(session: Session, message: SystemMessage, links: Links) -> Envelope | None:
    """The copy for one address, the same at each attempt; None when its issue is gone."""
    proof = session.get(ProofMessage, message.facts["test_message_id"])
    if proof is None:
        return None
    publication = session.get_one(Publication, message.publication_id)
    values = proof_values(session, message, publication, links)
    body = CompiledMessage.from_json(proof.compiled).fill(values)
    sender = publication.sender_email
    return Envelope(0, sender, message.recipient, body, needs_smtputf8(message.recipient), clean=True)


def proof_values(
    session: Session, message: SystemMessage, publication: Publication, links: Links
) -> dict[str, str]:
    """What the slots of a copy hold, its Message-ID among them."""
    identity = MailingIdentity(
        mailing_id=NOBODY,
        links=links,
        domain=sender_domain(publication),
        publication_name=publication.name,
        # Row ids start again in a fresh database, and mail programs drop a Message-ID they have seen.
        origin=f"{links.public_url} test {message.created_at.isoformat()}",
    )
    return recipient_values(identity, _recipient(session, message), message.created_at)


def _recipient(session: Session, message: SystemMessage) -> Recipient:
    """Whoever has this address, with what merge fields say to them if they subscribe to anything."""
    name, attributes = "", dict[str, object]()
    try:
        subscriber = find_by_address(session, parse_address(message.recipient))
    except (Missing, Refused):
        pass
    else:
        name, attributes = subscriber.name, dict(subscriber.attributes)
    return Recipient(message.id, NOBODY, NOBODY, message.recipient, name, attributes)


def _parse(word: str) -> Address:
    try:
        return parse_address(word)
    except Refused as error:
        raise _refused(error.message) from error


def _refused(sentence: str) -> Refused:
    return Refused("test_addresses", sentence, {"addresses": sentence})
