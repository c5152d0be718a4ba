"""The taker for the inboxes of publications: links that are mailed to a secret address."""

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.logs import Logger
from newsletter.curation.email_in.address import find_by_address
from newsletter.curation.email_in.take_mail import take_mail
from newsletter.incoming.taker import IncomingMessage, Taker
from newsletter.publications.models import Publication

log = Logger(__name__)


def _find_recipient(session: Session, links: Links, address: str) -> str:
    publication = find_by_address(session, links.signer, address)
    return str(publication.id) if publication else ""


def _take(session: Session, links: Links, recipient: str, message: IncomingMessage) -> None:
    """Nobody is ever answered. What programs wrote, or we ourselves, is taken and not looked at."""
    publication = session.get(Publication, int(recipient))
    if publication is None:  # deleted a moment ago
        return
    if message.is_automatic or message.is_from(links):
        log.info("an automatic mail to an inbox is left out", publication=publication.slug)
        return
    take_mail(session, publication, message.raw, envelope_sender=message.sender, own_url=links.public_url)


# More than any team mails in an hour, with the newsletters that it has sent here.
INBOX = Taker("inbox", _find_recipient, _take, most_per_hour=100)
