"""The segment of a mailing as it was at the freeze: every chunk decides by it, and reports explain by it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.segments.compile import condition
from newsletter.segments.models import Segment
from newsletter.segments.names import Names, look_up, require_complete
from newsletter.segments.read import read
from newsletter.segments.rules import dump


def freeze_segment(session: Session, mailing: Mailing, now: datetime) -> None:
    """Keep the rules of the mailing's segment with it, as they are now.

    Raises `Refused` when they name what is not there any more. Does nothing for a mailing to everybody.
    """
    if mailing.segment_id is None:
        return
    segment = session.get(Segment, mailing.segment_id, populate_existing=True)
    if segment is None:
        raise Refused("segment_gone", "The segment that this mailing goes to was removed.")
    rules = read(segment.rules)
    names = look_up(session, _publication(session, mailing), rules, now)
    require_complete(rules, names)
    mailing.frozen_segment = {
        "slug": segment.slug,
        "name": segment.name,
        "rules": segment.rules,
        "segments": {slug: dump(named) for slug, named in names.segments.items()},
        "at": now.isoformat(),
    }


def in_frozen_segment(session: Session, mailing: Mailing) -> ColumnElement[bool] | None:
    """Whether a subscription is in the segment that was frozen; None for a mailing to everybody."""
    if mailing.frozen_segment is None:
        return None
    rules, names = frozen_rules(session, mailing.frozen_segment, mailing)
    require_complete(rules, names)
    return condition(rules, names)


def frozen_rules(session: Session, frozen: dict[str, Any], mailing: Mailing) -> tuple[Any, Names]:
    """The rules that were frozen, and what they name at that moment."""
    rules = read(frozen["rules"])
    segments = {slug: read(plain) for slug, plain in frozen["segments"].items()}
    at = datetime.fromisoformat(frozen["at"])
    return rules, look_up(session, _publication(session, mailing), rules, at, segments=segments)


def _publication(session: Session, mailing: Mailing) -> Publication:
    return session.get_one(Publication, mailing.publication_id)
