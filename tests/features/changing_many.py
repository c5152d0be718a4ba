"""A change of many people for the pages that show one, and another of which nobody did anything yet."""

from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.segments.narrow import chosen_by_filter
from newsletter.subscribers.bulk.begin import begin_bulk
from newsletter.subscribers.bulk.models import BulkAction
from newsletter.subscribers.bulk.process import run_bulk


def change_many(session: Session, runtime: Runtime, publication: Publication, actor: str) -> int:
    """The id of the one that is done."""
    row = begin_bulk(
        session, publication, BulkAction.TAG, tag_key="press", chosen_by={"state": "active"}, actor=actor
    )
    begin_bulk(session, publication, BulkAction.END, chosen_by={"rules": {"tag": "press"}}, actor=actor)
    bulk_id = row.id
    session.commit()
    run_bulk(runtime.sessions, bulk_id, chosen_by_filter)
    return bulk_id
