"""Edit a publication: what two people change at the same time is told to the second, not overwritten.

A state is named by a digest of what a form shows, so that the settings and the look of one publication can
be edited side by side, and a change that was taken back is none.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.publications.create import slug_taken
from newsletter.publications.models import Publication
from newsletter.publications.settings import PublicationSettings, check_settings, parse_sender

SETTINGS = tuple(field.name for field in fields(PublicationSettings))
MARKED = {"tracking", "redirect_links"}  # what they became is shown in reports
SLUG_STAYS = "The slug cannot be changed: it is part of the links in sent emails."


class Stale(Conflict):
    """The publication has changed since the form was shown; `publication` is as it is now."""

    def __init__(self, publication: Publication) -> None:
        super().__init__("stale", "Someone else changed this publication in the meantime.")
        self.publication = publication


def state_of(publication: Publication, names: Iterable[str] = SETTINGS) -> str:
    """The name of the state that these columns of a publication are in."""
    held = {name: getattr(publication, name) for name in names}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:20]


def edit_publication(
    session: Session,
    publication_id: int,
    facts: PublicationSettings,
    *,
    state: str,
    slug_stays: bool,
    actor: str,
) -> Publication:
    """Change what differs from `facts`, flushed. `slug_stays` once links with the slug are out in the world.

    Raises `Stale` when `state` is not the one it is in, unless it already says what was asked for (the button
    was pressed twice); `Refused` for a slug that has to stay, `Conflict` for one that is taken.
    """
    publication = lock_publication(session, publication_id)
    asked = asdict(facts)
    changed = {name for name in SETTINGS if getattr(publication, name) != asked[name]}
    if not changed:
        return publication
    check_state(publication, state, SETTINGS)
    if "slug" in changed and slug_stays:
        raise Refused("slug_stays", SLUG_STAYS, {"slug": SLUG_STAYS})
    before = publication.slug
    _set(session, publication, asked)
    detail: dict[str, Any] = {"fields": sorted(changed)} | (
        {"slug": [before, facts.slug]} if "slug" in changed else {}
    )
    detail |= {name: asked[name] for name in MARKED & changed}
    audit.record(session, "publication.edited", "publication", publication.id, actor=actor, **detail)
    return publication


def change_settings(
    session: Session, publication: Publication, changes: Mapping[str, str | bool], *, actor: str
) -> Publication:
    """Change only what is named: settings, or `sender` as `Name <address>`; flushed.

    By the same rules as the form: `Refused` names each field that cannot be used.
    """
    publication = lock_publication(session, publication.id)
    held: dict[str, Any] = {name: getattr(publication, name) for name in SETTINGS}
    if publication.sender_name == publication.name:
        held["sender_name"] = ""  # it follows the name
    changes = dict(changes)
    if (sender := changes.pop("sender", None)) is not None:
        held["sender_name"], address = parse_sender(str(sender))
        held["sender_email"] = address.email
    facts = check_settings(**(held | changes))
    state = state_of(publication)
    return edit_publication(session, publication.id, facts, state=state, slug_stays=True, actor=actor)


def lock_publication(session: Session, publication_id: int) -> Publication:
    """The publication as it is now; nobody else changes it before this transaction ends."""
    publication = session.get(Publication, publication_id, with_for_update=True, populate_existing=True)
    if publication is None:
        raise Missing("unknown_publication", "This publication no longer exists.")
    return publication


def check_state(publication: Publication, state: str, names: Iterable[str]) -> None:
    """Raise `Stale` unless these columns are in the state called `state`."""
    if state_of(publication, names) != state:
        raise Stale(publication)


def _set(session: Session, publication: Publication, asked: dict[str, Any]) -> None:
    try:
        with session.begin_nested():
            for name, value in asked.items():
                setattr(publication, name, value)
    except IntegrityError:
        raise slug_taken(asked["slug"]) from None
