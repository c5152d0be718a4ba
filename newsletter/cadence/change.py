"""Set, stop and make exceptions from the cadence of a publication."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.cadence.models import Cadence, SkippedDate
from newsletter.cadence.rule import load_rule, parse_rule
from newsletter.core import clock
from newsletter.core.errors import Missing, Refused
from newsletter.publications.edit import lock_publication
from newsletter.publications.models import Publication

DAYS_AHEAD = 3
MOST_DAYS_AHEAD = 30
# Whoever skips a date looks at a calendar of the next months.
SKIP_WITHIN = timedelta(days=400)


def set_cadence(
    session: Session, publication: Publication, rule: str, *, days_ahead: int = DAYS_AHEAD, actor: str
) -> Cadence:
    """Let `publication` appear by `rule`, with a draft `days_ahead` days before each date (0: none).

    Raises `Refused` for what is no rule (see `cadence.rule`) and for days beyond 0 … 30. Dates that were
    skipped stay skipped.
    """
    written = str(parse_rule(rule, publication.timezone))
    if not 0 <= days_ahead <= MOST_DAYS_AHEAD:
        sentence = f"Choose from 0 to {MOST_DAYS_AHEAD} days."
        raise Refused("bad_days_ahead", sentence, {"days_ahead": sentence})
    lock_publication(session, publication.id)
    cadence = session.get(Cadence, publication.id, populate_existing=True)
    if cadence is None:
        cadence = Cadence(publication_id=publication.id, rule="", days_ahead=days_ahead)
        session.add(cadence)
    if (cadence.rule, cadence.days_ahead) != (written, days_ahead):
        cadence.rule, cadence.days_ahead, cadence.changed_at = written, days_ahead, clock.now()
        _record(session, publication, "cadence_set", actor, rule=written, days_ahead=days_ahead)
    session.flush()
    return cadence


def stop_cadence(session: Session, publication: Publication, *, actor: str) -> None:
    """Let `publication` appear by no rule; drafts that were made stay."""
    lock_publication(session, publication.id)
    cadence = session.get(Cadence, publication.id, populate_existing=True)
    if cadence is not None:
        session.execute(delete(SkippedDate).where(SkippedDate.publication_id == publication.id))
        session.delete(cadence)
        _record(session, publication, "cadence_stopped", actor)
        session.flush()


def skip_date(
    session: Session, publication: Publication, day: date, *, skip: bool = True, actor: str
) -> None:
    """Leave out the date `day`, or with `skip=False` take it back; done twice, it is done once.

    Raises `Missing` when the publication has no cadence, `Refused` for a day that is none of its dates.
    """
    lock_publication(session, publication.id)
    cadence = find_cadence(session, publication)
    kept = session.get(SkippedDate, (publication.id, day), populate_existing=True)
    if not skip:
        if kept is not None:
            session.delete(kept)
            _record(session, publication, "date_unskipped", actor, day=day.isoformat())
            session.flush()
        return
    if kept is not None:
        return
    if not _is_date(cadence, day, clock.now()):
        sentence = f"{day.isoformat()} is none of the next dates of {publication.name}."
        raise Refused("no_date", sentence, {"day": sentence})
    session.add(SkippedDate(publication_id=publication.id, day=day))
    _record(session, publication, "date_skipped", actor, day=day.isoformat())
    session.flush()


def find_cadence(session: Session, publication: Publication) -> Cadence:
    """The cadence of `publication`; `Missing` when it has none."""
    cadence = session.get(Cadence, publication.id, populate_existing=True)
    if cadence is None:
        raise Missing("no_cadence", f"{publication.name} has no cadence.")
    return cadence


def _is_date(cadence: Cadence, day: date, now: datetime) -> bool:
    for occurrence in load_rule(cadence.rule).occurrences(now):
        if occurrence.day >= day or occurrence.at > now + SKIP_WITHIN:
            return occurrence.day == day
    return False


def _record(session: Session, publication: Publication, what: str, actor: str, **detail: Any) -> None:
    audit.record(session, f"publication.{what}", "publication", publication.id, actor=actor, **detail)
