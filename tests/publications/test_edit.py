"""Editing a publication: two people, a slug that is out in the world, and what is written down."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.publications.edit import SETTINGS, Stale, edit_publication, state_of
from newsletter.publications.models import Publication
from newsletter.publications.settings import PublicationSettings
from tests.factories import make_publication


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    session.commit()
    return made


def facts_of(publication: Publication, **changed: Any) -> PublicationSettings:
    return replace(PublicationSettings(**{name: getattr(publication, name) for name in SETTINGS}), **changed)


def test_it_is_changed_and_written_down(session: Session, publication: Publication) -> None:
    state = state_of(publication)
    facts = facts_of(publication, name="The Evening", language="ar")
    edit_publication(session, publication.id, facts, state=state, slug_stays=False, actor="ana")
    session.commit()
    assert (publication.name, publication.language) == ("The Evening", "ar")
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor) == ("publication.edited", "ana")
    assert entry.detail == {"fields": ["language", "name"]}


def test_who_comes_second_is_told_and_changes_nothing(session: Session, publication: Publication) -> None:
    state = state_of(publication)
    first, second = facts_of(publication, name="First"), facts_of(publication, name="Second")
    edit_publication(session, publication.id, first, state=state, slug_stays=False, actor="ana")
    with pytest.raises(Stale) as stale:
        edit_publication(session, publication.id, second, state=state, slug_stays=False, actor="ben")
    assert stale.value.publication.name == "First"


def test_pressed_twice_is_no_conflict(session: Session, publication: Publication) -> None:
    state, facts = state_of(publication), facts_of(publication, name="First")
    for _ in range(2):
        edit_publication(session, publication.id, facts, state=state, slug_stays=False, actor="ana")
    assert len(session.scalars(select(AuditEntry)).all()) == 1


def test_a_slug_that_is_in_links_stays(session: Session, publication: Publication) -> None:
    state, facts = state_of(publication), facts_of(publication, slug="daily")
    with pytest.raises(Refused) as refused:
        edit_publication(session, publication.id, facts, state=state, slug_stays=True, actor="ana")
    assert "slug" in refused.value.fields
    edit_publication(session, publication.id, facts, state=state, slug_stays=False, actor="ana")
    assert publication.slug == "daily"
    assert session.scalars(select(AuditEntry)).one().detail["slug"] == ["weekly", "daily"]


def test_a_slug_is_taken_once(session: Session, publication: Publication) -> None:
    other = make_publication(session, slug="daily")
    session.commit()
    facts = facts_of(publication, slug="daily", name="Another")
    with pytest.raises(Conflict) as conflict:
        edit_publication(
            session, publication.id, facts, state=state_of(publication), slug_stays=False, actor="ana"
        )
    assert "slug" in conflict.value.fields
    session.rollback()
    assert (publication.slug, publication.name, other.slug) == ("weekly", "The Weekly", "daily")


def test_one_that_is_gone_is_missing(session: Session, publication: Publication) -> None:
    with pytest.raises(Missing):
        edit_publication(session, 987, facts_of(publication), state="", slug_stays=False, actor="ana")
