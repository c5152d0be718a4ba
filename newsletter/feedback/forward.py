"""Forward what a person answers to the publication's reply address, as a message of our own.

Never in circles: not what a program wrote, nothing from an address of ours, and only so many in an hour.
"""

from datetime import timedelta
from email import message_from_bytes
from email.message import Message

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_sender_address
from newsletter.core.bounce_address import PREFIX as BOUNCE_PREFIX
from newsletter.core.errors import DomainError
from newsletter.core.links import Links
from newsletter.core.logs import Logger
from newsletter.core.mail_body import DEEPEST, MOST_PARTS, part_text, readable_beginning
from newsletter.core.mail_headers import decoded_header, raw_header
from newsletter.core.text import clean_name
from newsletter.core.unsubscribe_address import UNSUBSCRIBE_PREFIX
from newsletter.feedback.events import EventKind
from newsletter.feedback.models import Consequence, FeedbackRecord
from newsletter.feedback.parsers.addresses import addresses_in
from newsletter.feedback.parsers.html_text import html_text
from newsletter.outbox.post import post
from newsletter.publications.models import Publication

KIND = "reply_received"
MOST_PER_HOUR = 30  # of one publication
LONGEST_TEXT = 10_000  # characters of an answer

log = Logger(__name__)


def forward_reply(session: Session, links: Links, record: FeedbackRecord, raw: bytes) -> bool:
    """Forward the message `raw` if `record` says that a person wrote it; whether that was done."""
    publication = session.get(Publication, record.publication_id) if record.publication_id else None
    if record.kind is not EventKind.REPLY or publication is None:
        return False
    try:
        message = message_from_bytes(readable_beginning(raw))
        senders = addresses_in(raw_header(message, "From"))
        sender = parse_sender_address(senders[0]) if senders else None
        text = _text(message)[:LONGEST_TEXT].strip()
    except (DomainError, RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return False  # the evidence is kept
    if sender is None or _is_automatic(message) or _is_ours(publication, links, sender.email):
        return False
    if publication.reply_to.lower() in {"", publication.sender_email.lower()}:
        return False  # it is there already
    if _forwarded_lately(session, publication.id) >= MOST_PER_HOUR:
        log.warning("too many answers in an hour are not forwarded", publication=publication.slug)
        return False
    facts = {
        "reply_to": sender.email,
        "subject": clean_name(decoded_header(message, "Subject"), 200),
        "text": text,
    }
    post(
        session,
        kind=KIND,
        recipient=parse_sender_address(publication.reply_to),
        publication_id=publication.id,
        locale=publication.language,
        facts=facts,
    )
    record.consequence = Consequence.FORWARDED
    return True


def _is_automatic(message: Message) -> bool:
    submitted = raw_header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return submitted not in {"", "no"} or bool(raw_header(message, "X-Auto-Response-Suppress"))


def _is_ours(publication: Publication, links: Links, sender: str) -> bool:
    local, _, domain = sender.lower().rpartition("@")
    by_token = local.startswith((BOUNCE_PREFIX, UNSUBSCRIBE_PREFIX)) or domain == links.mail_domain
    return by_token or sender.lower() in {publication.sender_email.lower(), publication.reply_to.lower()}


def _forwarded_lately(session: Session, publication_id: int) -> int:
    return session.scalars(
        select(func.count()).where(
            FeedbackRecord.publication_id == publication_id,
            FeedbackRecord.consequence == Consequence.FORWARDED,
            FeedbackRecord.received_at > clock.now() - timedelta(hours=1),
        )
    ).one()


def _text(message: Message) -> str:
    """The first plain text of the message, else of its HTML."""
    html = ""
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS * DEEPEST or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            return part_text(part)
        if part.get_content_type() == "text/html" and not html:
            html = part_text(part)
    return html_text(html)
