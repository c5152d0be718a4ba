"""Make a publication, with everything the law and the mail servers want to know about its sender."""

from dataclasses import asdict

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict
from newsletter.publications.models import Publication
from newsletter.publications.settings import PublicationSettings, check_settings, parse_sender


def create_publication(
    session: Session,
    *,
    slug: str,
    name: str,
    sender: str,
    postal_address: str,
    reply_to: str = "",
    language: str = "en",
    timezone: str = "UTC",
    description: str = "",
    actor: str,
) -> Publication:
    """Add a publication, flushed. `sender` is `Name <address>`; without a name the publication's is used.

    Raises `Refused` naming each field that cannot be used, `Conflict` when the slug is taken.
    """
    sender_name, sender_address = parse_sender(sender)
    facts = check_settings(
        slug=slug,
        name=name,
        sender_name=sender_name,
        sender_email=sender_address.email,
        reply_to=reply_to,
        postal_address=postal_address,
        language=language,
        timezone=timezone,
        description=description,
    )
    return add_publication(session, facts, actor=actor)


def add_publication(session: Session, facts: PublicationSettings, *, actor: str) -> Publication:
    """Add the publication of which these are the facts, flushed; `Conflict` when its slug is taken."""
    publication = Publication(**asdict(facts))
    try:
        with session.begin_nested():
            session.add(publication)
    except IntegrityError:
        raise slug_taken(facts.slug) from None
    audit.record(session, "publication.created", "publication", publication.id, actor=actor, slug=facts.slug)
    return publication


def slug_taken(slug: str) -> Conflict:
    """Another publication has this slug."""
    sentence = f"There is already a publication called “{slug}”."
    return Conflict("slug_taken", sentence, {"slug": sentence})
