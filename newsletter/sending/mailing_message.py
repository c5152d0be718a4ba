"""The message of a mailing: what is the same for all its recipients, and how one recipient's copy is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.bounce_address import bounce_address
from newsletter.core.links import Links
from newsletter.issues.compile import origin, sender_domain
from newsletter.issues.recipient import MailingIdentity, Recipient, recipient_values
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.publications.models import Publication
from newsletter.rendering.addresses import needs_smtputf8
from newsletter.rendering.message import CompiledMessage
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.dkim import Signer, seal_envelope
from newsletter.transports.dkim_keys import signers_for


@dataclass(frozen=True)
class MailingMessage:
    """A compiled message with everything that a copy of it needs besides its recipient.

    `compiled` is what everybody gets who is not of one of the `variants`, by their numbers.
    `bounce_domain`: where each copy has a return path of its own (VERP); empty: the sender's address is
    it.
    """

    identity: MailingIdentity
    compiled: CompiledMessage
    sender: str
    signers: tuple[Signer, ...] = ()
    bounce_domain: str = ""
    variants: Mapping[int, CompiledMessage] = field(default_factory=dict)

    def compiled_for(self, recipient: Recipient) -> CompiledMessage:
        """The message of the variant that `recipient` gets."""
        return self.variants.get(recipient.variant, self.compiled)

    def to(self, recipient: Recipient, dated: datetime) -> Envelope:
        """The copy for `recipient`, in its envelope; the envelope's index is their `seq`.

        `dated` is its Date, and when it is signed: the same copy is made at any time.
        """
        compiled = self.compiled_for(recipient)
        values = recipient_values(self.identity, recipient, dated, compiled.fields)
        raw = needs_smtputf8(recipient.email)
        body = compiled.fill(values)  # which is what `clean` asks for
        return_path = self._return_path(recipient) if self.bounce_domain else self.sender
        envelope = Envelope(recipient.seq, return_path, recipient.email, body, raw, clean=True)
        return seal_envelope(envelope, self.signers, int(dated.timestamp())) if self.signers else envelope

    def _return_path(self, recipient: Recipient) -> str:
        signer = self.identity.links.signer
        return bounce_address(signer, self.bounce_domain, self.identity.mailing_id, recipient.seq)


def read_mailing_message(
    session: Session, mailing: Mailing, links: Links, secrets: Sequence[str], bounce_domain: str = ""
) -> MailingMessage:
    """The message of a mailing that was compiled. Raises `SessionFailed` when a DKIM key cannot be read."""
    stored = session.execute(
        select(StoredMessage.variant, StoredMessage.compiled).where(StoredMessage.mailing_id == mailing.id)
    )
    messages = {variant: CompiledMessage.from_json(compiled) for variant, compiled in stored}
    publication = session.get_one(Publication, mailing.publication_id)
    return MailingMessage(
        identity=MailingIdentity(
            mailing_id=mailing.id,
            links=links,
            domain=sender_domain(publication),
            publication_name=publication.name,
            origin=origin(links, mailing),
        ),
        compiled=messages.pop(""),
        sender=publication.sender_email,
        signers=signers_for(session, secrets, publication.sender_email),
        bounce_domain=bounce_domain,
        variants={int(number): message for number, message in messages.items()},
    )
