"""The letter of a mailing: what is the same for all its recipients, and how one recipient's copy is made."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.issues.compile import origin, sender_domain
from newsletter.issues.recipient import recipient_values
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.publications.models import Publication
from newsletter.rendering.addresses import needs_smtputf8
from newsletter.rendering.message import CompiledMessage
from newsletter.sending.members import Recipient
from newsletter.smtp.dialogue import Envelope


@dataclass(frozen=True)
class Letter:
    """What is the same for every recipient of a mailing."""

    mailing_id: int
    compiled: CompiledMessage
    sender: str
    domain: str
    origin: str
    publication_name: str
    links: Links

    def to(self, person: Recipient) -> Envelope:
        """The copy for `person`, in its envelope; its index is their place (`seq`)."""
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
            now=clock.now(),
            origin=self.origin,
            publication_name=self.publication_name,
            fields=self.compiled.fields,
        )
        body = self.compiled.fill(values)
        utf8 = needs_smtputf8(person.email)
        return Envelope(person.seq, self.sender, person.email, body, smtputf8=utf8, clean=True)


def read_letter(session: Session, mailing: Mailing, links: Links) -> Letter:
    """The letter of a mailing whose message was compiled."""
    stored = session.get_one(StoredMessage, (mailing.id, ""))
    publication = session.get_one(Publication, mailing.publication_id)
    return Letter(
        mailing_id=mailing.id,
        compiled=CompiledMessage.from_json(stored.compiled),
        sender=publication.sender_email,
        domain=sender_domain(publication),
        origin=origin(links, mailing),
        publication_name=publication.name,
        links=links,
    )
