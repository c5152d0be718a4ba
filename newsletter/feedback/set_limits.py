"""How much of a mailing may come back before it pauses itself: a choice of each publication."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Refused
from newsletter.publications.edit import lock_publication
from newsletter.publications.models import Publication

LEAST, MOST = 0.01, 100.0  # per cent
TITLES = {"bounce_limit": "bounces", "complaint_limit": "complaints"}


def set_limits(
    session: Session, publication: Publication, *, bounce_limit: str, complaint_limit: str, actor: str
) -> None:
    """Keep both limits, in per cent as they were typed; `Refused` names each that is none."""
    typed = {"bounce_limit": bounce_limit, "complaint_limit": complaint_limit}
    values = {name: _per_cent(text) for name, text in typed.items()}
    advice = f"Type a number from {LEAST:g} to {MOST:g}."
    problems = {name: advice for name, value in values.items() if value is None}
    if problems:
        titles = " and ".join(TITLES[name] for name in problems)
        raise Refused("bad_limits", f"The limit for {titles} cannot be used. {advice}", problems)
    publication = lock_publication(session, publication.id)
    for name, value in values.items():
        setattr(publication, name, value)
    audit.record(session, "publication.limits_set", "publication", publication.id, actor=actor, **typed)


def _per_cent(text: str) -> float | None:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if LEAST <= value <= MOST else None
