"""The letter of a mailing: what is the same for all its recipients, and how one recipient's copy is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.bounce_address import bounce_address
from newsletter.core.links import Links
from newsletter.issues.compile import origin, sender_domain
from newsletter.issues.recipient import recipient_values
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.publications.models import Publication
from newsletter.rendering.addresses import needs_smtputf8
from newsletter.rendering.message import CompiledMessage
from newsletter.sending.recipients import Recipient
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.dkim import Signer, seal_envelope
from newsletter.transports.dkim_keys import signers_for


@dataclass(frozen=True)
class MailingMessage:
    """What is the same for every recipient of a mailing."""

    mailing_id: int
    compiled: CompiledMessage
    sender: str
    domain: str
    origin: str
    publication_name: str
    links: Links
    signers: tuple[Signer, ...] = ()
    bounce_domain: str = ""  # where each message has a return path of its own (VERP); empty: the sender

    def to(self, person: Recipient) -> Envelope:
        """The copy for `person`, in its envelope; its index is their place (`seq`)."""
        now = clock.now()
        values = recipient_values(
            email=person.email,
            name=person.name,
            attributes=person.attributes,
            subscription_id=person.subscription_id,
            subscriber_id=person.subscriber_id,
            links=self.links,
            mailing_id=self.mailing_id,
            seq=person.seq,
            domain=self.domain,
            now=now,
            origin=self.origin,
            publication_name=self.publication_name,
            fields=self.compiled.fields,
        )
        raw = needs_smtputf8(person.email)
        body = self.compiled.fill(values)  # which is what `clean` asks for
        envelope = Envelope(person.seq, self._return_path(person), person.email, body, raw, clean=True)
        return seal_envelope(envelope, self.signers, int(now.timestamp())) if self.signers else envelope

    def _return_path(self, person: Recipient) -> str:
        if not self.bounce_domain:
            return self.sender
        return bounce_address(self.links.signer, self.bounce_domain, self.mailing_id, person.seq)


def read_mailing_message(
    session: Session, mailing: Mailing, links: Links, secrets: Sequence[str], bounce_domain: str = ""
) -> MailingMessage:
    """The letter of a mailing whose message was compiled. `SessionFailed`: a key cannot be read."""
    stored = session.get_one(StoredMessage, (mailing.id, ""))
    publication = session.get_one(Publication, mailing.publication_id)
    return MailingMessage(
        mailing_id=mailing.id,
        compiled=CompiledMessage.from_json(stored.compiled),
        sender=publication.sender_email,
        domain=sender_domain(publication),
        origin=origin(links, mailing),
        publication_name=publication.name,
        links=links,
        signers=signers_for(session, secrets, publication.sender_email),
        bounce_domain=bounce_domain,
    )
