"""The invented organisation and its newsletter."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.demo.people import OPENED
from newsletter.publications.create import create_publication
from newsletter.publications.models import Publication

SLUG = "coalition-weekly"


def make_publication(session: Session) -> Publication:
    """*Coalition Weekly*, the letter of the Lantern Coalition."""
    publication = create_publication(
        session,
        slug=SLUG,
        name="Coalition Weekly",
        sender="Coalition Weekly <weekly@coalition.example>",
        reply_to="desk@coalition.example",
        postal_address="The Lantern Coalition\n4 Pilot Stairs\n1042 Northport",
        language="en",
        timezone="Europe/Rome",
        description="News from forty-one harbour cities that share a coastline and a past. Every Friday.",
        actor=audit.COMMAND_LINE,
    )
    publication.created_at = OPENED
    return publication
