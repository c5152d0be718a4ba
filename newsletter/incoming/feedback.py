"""The takers for what comes back of mailings.

By the return path of a delivery (VERP), or by an address that reports are sent to: `complaints@…`, and the
sender's address of a publication, which is the return path where there is no domain for bounces.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.bounce_address import bounce_address, read_bounce_address
from newsletter.core.errors import Missing
from newsletter.core.links import Links
from newsletter.core.mail_token import local_part
from newsletter.feedback.attribute import find_delivery
from newsletter.feedback.forward import forward_reply
from newsletter.feedback.parsers import parse
from newsletter.feedback.take import MAIL, Intake, take
from newsletter.incoming.taker import IncomingMessage, Taker
from newsletter.publications.models import Publication
from newsletter.sending import failpoints

COMPLAINTS = "complaints"
# Of mail that anybody may send; who is told to wait brings it again.
MOST_PER_HOUR = 1_000


def _find_delivery(session: Session, links: Links, address: str) -> str:
    try:
        mailing_id, seq = read_bounce_address(links.signer, address)
    except Missing:
        return ""
    return f"{mailing_id}.{seq}" if find_delivery(session, mailing_id, seq) else ""


def _take_bounce(session: Session, links: Links, recipient: str, message: IncomingMessage) -> None:
    mailing_id, _, seq = recipient.partition(".")
    delivered_to = bounce_address(links.signer, "bounces.invalid", int(mailing_id), int(seq))
    _take(session, links, message, Intake(MAIL, f"{recipient} {message.hash}", message.raw), delivered_to)


def _find_address(session: Session, _links: Links, address: str) -> str:
    if local_part(address).lower() == COMPLAINTS:
        return COMPLAINTS
    publication_id = session.scalar(
        select(Publication.id).where(func.lower(Publication.sender_email) == address.lower()).limit(1)
    )
    return str(publication_id or "")


def _take_report(session: Session, links: Links, recipient: str, message: IncomingMessage) -> None:
    publication_id = int(recipient) if recipient.isdecimal() else None
    key = f"{recipient} {message.hash}"
    _take(session, links, message, Intake(MAIL, key, message.raw, publication_id=publication_id))


def _take(
    session: Session, links: Links, message: IncomingMessage, intake: Intake, delivered_to: str = ""
) -> None:
    """Nobody is ever answered. What we sent to subscribers ourselves says nothing when it comes in."""
    if message.is_from(links):
        return
    events = parse(message.raw, delivered_to=delivered_to)
    if failpoints.armed:
        failpoints.reach("feedback.judged")
    for record in take(session, links, events, intake):
        forward_reply(session, links, record, message.raw)
    if failpoints.armed:
        failpoints.reach("feedback.committing")


BOUNCES = Taker("bounces", _find_delivery, _take_bounce)
FEEDBACK = Taker("feedback", _find_address, _take_report, most_per_hour=MOST_PER_HOUR)
