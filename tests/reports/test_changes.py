"""What was changed while a chart went on: from the audit, numbered, the same twice a day once."""

from dataclasses import replace
from datetime import timedelta

import time_machine
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.publications.branding import BRANDING_FIELDS, set_branding
from newsletter.publications.edit import SETTINGS, edit_publication, state_of
from newsletter.publications.models import Publication, TrackingMode
from newsletter.publications.settings import PublicationSettings
from newsletter.reports.changes import Change, changes_between
from tests.factories import make_publication

DAY = timedelta(days=1)


def told(session: Session, publication: Publication, days: int = 30) -> list[Change]:
    now = clock.now()
    return changes_between(session, publication, now - days * DAY, now + DAY)


def edit(session: Session, publication: Publication, **changed: object) -> None:
    facts = PublicationSettings(**{name: getattr(publication, name) for name in SETTINGS})
    edit_publication(
        session,
        publication.id,
        replace(facts, **changed),  # type: ignore[arg-type]
        state=state_of(publication),
        slug_stays=True,
        actor="ed",
    )


def test_tracking_links_design_and_relays_are_marked(session: Session, publication: Publication) -> None:
    other = make_publication(session, "other")
    now = clock.now()
    with time_machine.travel(now - 40 * DAY, tick=False):
        audit.record(session, "relay.paused", "transport", 1, actor="ed", host="old.example")
        session.flush()
    with time_machine.travel(now - 3 * DAY, tick=False):
        for _ in range(2):
            audit.record(session, "relay.saved", "transport", 1, actor="ed", host="smtp.example", port=25)
        audit.record(session, "relay.tested", "transport", 1, actor="ed", host="smtp.example")
        session.flush()
    with time_machine.travel(now - 2 * DAY, tick=False):
        edit(session, publication, tracking=TrackingMode.INDIVIDUAL, redirect_links=True, name="The Tide")
        edit(session, other, tracking=TrackingMode.AGGREGATE)
        session.flush()
    with time_machine.travel(now - DAY, tick=False):
        edit(session, publication, name="The Mill")  # is no mark
        set_branding(
            session,
            publication.id,
            theme="poster",
            tokens={},
            state=state_of(publication, BRANDING_FIELDS),
            actor="ed",
        )
        session.commit()
    changes = told(session, publication)
    assert [(change.number, change.kind, change.detail) for change in changes] == [
        (1, "relay", "smtp.example"),
        (2, "tracking", "individual"),
        (3, "redirects", "true"),
        (4, "theme", "poster"),
    ]
    assert changes[0].as_json()["action"] == "relay.saved"
    assert len(told(session, publication, days=60)) == 5


def test_changes_of_earlier_versions_say_no_value(session: Session, publication: Publication) -> None:
    audit.record(
        session, "publication.edited", "publication", publication.id, actor="ed", fields=["tracking"]
    )
    session.commit()
    assert [change.detail for change in told(session, publication)] == [""]
