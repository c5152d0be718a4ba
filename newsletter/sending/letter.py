"""The letter of a mailing: what is the same for all its recipients, and how one recipient's copy is made."""

from dataclasses import dataclass

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.issues.recipient import recipient_values
from newsletter.rendering.message import CompiledMessage
from newsletter.sending.reserve import Recipient
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
        return Envelope(person.seq, self.sender, person.email, self.compiled.fill(values))
