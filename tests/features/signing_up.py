"""Sign-ups for the scenes of the admin's pages."""

from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.deferred.defer import defer_sign_up
from newsletter.publications.models import Publication
from newsletter.subscribers.consent import NO_WORDS
from newsletter.subscribers.models import ConsentSource
from tests.deciding import decide_all


def hold_sign_up(session: Session, publication: Publication, name: str = "Nea") -> None:
    """A sign-up that waits for an editor."""
    defer_sign_up(
        session,
        publication=publication,
        address=parse_address(f"{'nea' * 20}@mailinator.com"),
        name=name,
        words=NO_WORDS,
        source=ConsentSource.FORM,
        ip="192.0.2.7",
    )
    session.commit()
    decide_all(session)
