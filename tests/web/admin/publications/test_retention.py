"""The settings say how many people a rule for retention would erase, before it is saved."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.accounts.models import UserSession
from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscription,
)
from tests.databases import both_databases
from tests.factories import make_subscription
from tests.web.admin.publications.conftest import errors, values, words
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/settings"


@pytest.fixture
def form(editor_client: SignedIn, session: Session, publication: Publication) -> dict[str, str]:
    """Two people left a year ago; of one an IP address is kept."""
    past = clock.now() - timedelta(days=365)
    for name in ("ana", "bo"):
        left = leave(session, publication, name)
    session.add(
        ConsentRecord(
            subscription_id=left.id,
            kind=ConsentKind.CONFIRMED,
            source=ConsentSource.FORM,
            ip="192.0.2.7",
            at=past,
        )
    )
    session.commit()
    return values(editor_client.get(PAGE), PAGE)


def leave(session: Session, publication: Publication, name: str) -> Subscription:
    return make_subscription(
        session,
        publication,
        f"{name}@x.example",
        state=State.ENDED,
        ended_reason=EndReason.UNSUBSCRIBED,
        ended_at=clock.now() - timedelta(days=365),
    )


def rule(session: Session) -> tuple[int | None, int | None, int]:
    session.rollback()
    kept = select(
        Publication.erase_after_months, Publication.cut_ip_after_days, Publication.erase_expired_after_days
    ).where(Publication.slug == "morning")
    months, days, expired = session.execute(kept).one()
    session.rollback()
    return months, days, expired


@both_databases
def test_is_asked_with_the_numbers_and_saved_the_second_time(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    typed = form | {"erase_after_months": "6", "cut_ip_after_days": "30", "name": "The Noon"}
    asked = editor_client.post(PAGE, data=typed)
    page = words(asked)
    for said in ("Not saved yet", "2 people would be erased", "1 IP address would be shortened"):
        assert said in page
    assert rule(session) == (None, None, 30)
    again = values(asked, PAGE)
    assert (again["erase_after_months"], again["name"]) == ("6", "The Noon")
    leave(session, publication, "cy")
    session.commit()
    more = editor_client.post(PAGE, data=again)  # what was read is not what would happen now
    assert "3 people would be erased" in words(more)
    assert editor_client.post(PAGE, data=values(more, PAGE)).status_code == 303
    assert rule(session) == (6, 30, 30)


def test_other_rules_are_asked_about_anew(
    editor_client: SignedIn, session: Session, form: dict[str, str]
) -> None:
    asked = values(editor_client.post(PAGE, data=form | {"erase_after_months": "6"}), PAGE)
    for changed in (
        {"erase_after_months": "3"},
        {"foreseen": "x"},
        {"foreseen": "9/9"},
        {"foreseen": "٣/9/6"},
    ):
        assert "Not saved yet" in words(editor_client.post(PAGE, data=asked | changed))
    assert rule(session) == (None, None, 30)


def test_what_does_nothing_to_anybody_is_saved_at_once(
    editor_client: SignedIn, session: Session, form: dict[str, str]
) -> None:
    typed = form | {"erase_after_months": "120", "erase_expired_after_days": "9"}
    assert editor_client.post(PAGE, data=typed).status_code == 303
    assert rule(session) == (120, None, 9)
    emptied = values(editor_client.get(PAGE), PAGE) | {"erase_expired_after_days": ""}
    assert editor_client.post(PAGE, data=emptied).status_code == 303
    assert rule(session) == (120, None, 30)


def test_a_number_that_cannot_be_used_is_named(editor_client: SignedIn, form: dict[str, str]) -> None:
    answer = editor_client.post(PAGE, data=form | {"erase_expired_after_days": "0"})
    assert answer.status_code == 400
    assert "from 1 to 365" in str(errors(answer))


def test_erasing_many_wants_a_password_typed_a_moment_ago(
    app: Flask, editor_client: SignedIn, session: Session, form: dict[str, str]
) -> None:
    app.config["TYPED_COUNT_ABOVE"] = 1
    session.execute(update(UserSession).values(started_at=clock.now() - timedelta(minutes=40)))
    session.commit()
    answer = editor_client.post(PAGE, data=form | {"erase_after_months": "6"})
    assert "/again" in answer.location
    assert rule(session) == (None, None, 30)
