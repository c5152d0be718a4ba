"""Make entries of the links in a mail."""

from sqlalchemy.orm import Session

from newsletter.core.logs import Logger
from newsletter.core.text import clean_name
from newsletter.curation.add import add_urls
from newsletter.curation.email_in.read_mail import read_mail
from newsletter.curation.models import HEADLINE_LENGTH, SENDER_LENGTH, Entry, Via
from newsletter.publications.models import Publication

MOST_LINKS = 50  # of one mail

log = Logger(__name__)


def take_mail(
    session: Session, publication: Publication, raw: bytes, *, envelope_sender: str, own_url: str
) -> list[Entry]:
    """Add the links of a mail, with its sender and its subject; those that wait already stay as they are.

    A mail without a link adds nothing. `own_url`: where we are reached ourselves. Raises `Refused` for what
    cannot be read.
    """
    mail = read_mail(raw, own_url=own_url)
    if not mail.urls:
        log.info("a mail to an inbox holds no link", publication=publication.slug)
        return []
    note = clean_name(mail.subject, HEADLINE_LENGTH)
    more = len(mail.urls) - MOST_LINKS
    if more > 0:
        note = f"{note}\n(The mail has {more} more links.)".strip()
    sender = clean_name(mail.sender or envelope_sender, SENDER_LENGTH)
    return add_urls(session, publication, mail.urls[:MOST_LINKS], via=Via.EMAIL, sender=sender, note=note)
