"""The secret address of a publication's inbox, `inbox+TOKEN@news.example.org`: which it is, a new one, none.

The token names the publication and how many addresses it has had; whoever has an old one has nothing.
"""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.mail_token import local_part, read_mail_token, write_mail_token
from newsletter.core.tokens import Purpose, Signer, read_varints, varint
from newsletter.publications.edit import lock_publication
from newsletter.publications.models import Publication

PREFIX = "inbox+"


def inbox_address(signer: Signer, domain: str, publication: Publication) -> str:
    """The address that takes links for the publication; empty while it is off."""
    if not publication.email_in:
        return ""
    payload = varint(publication.id) + varint(publication.email_in_number)
    return f"{PREFIX}{write_mail_token(signer, Purpose.INBOX, payload)}@{domain}"


def find_by_address(session: Session, signer: Signer, address: str) -> Publication | None:
    """The publication whose address this is now; None for every other address, of whatever domain."""
    local = local_part(address)
    if local[: len(PREFIX)].lower() != PREFIX:
        return None
    payload = read_mail_token(signer, Purpose.INBOX, local[len(PREFIX) :])
    if payload is None:
        return None
    publication_id, number = read_varints(payload)
    publication = session.get(Publication, publication_id)
    current = publication is not None and publication.email_in and publication.email_in_number == number
    return publication if current else None


def rotate_address(session: Session, publication: Publication, *, actor: str) -> None:
    """Give the publication a new address, also where it had none; the old one is worthless at once."""
    publication = lock_publication(session, publication.id)
    publication.email_in = True
    publication.email_in_number += 1
    audit.record(session, "inbox_address.rotated", "publication", publication.id, actor=actor)


def turn_off_address(session: Session, publication: Publication, *, actor: str) -> None:
    """Let the publication have no address; its old one stays worthless for ever."""
    publication = lock_publication(session, publication.id)
    if publication.email_in:
        publication.email_in = False
        audit.record(session, "inbox_address.turned_off", "publication", publication.id, actor=actor)
