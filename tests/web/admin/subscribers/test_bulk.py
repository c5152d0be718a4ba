"""The pages on which many people are changed: what would happen, how far it is, and back."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.accounts.models import UserSession
from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.segments.narrow import chosen_by_filter
from newsletter.subscribers.bulk.models import BulkChange
from newsletter.subscribers.bulk.process import run_bulk
from newsletter.subscribers.models import State, Subscription
from newsletter.subscribers.pause import pause
from newsletter.subscribers.tags.assign import assign_tag
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import SubscriberTag, Tag
from tests.databases import both_databases
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import LIST, XSS, afresh, read
from tests.web.signed_in import SignedIn

BULK = f"{LIST}/bulk"


@pytest.fixture
def press(session: Session, publication: Publication, people: People) -> Tag:
    """Ana has the tag."""
    tag = create_tag(session, publication, f"Press {XSS}", key="press", actor="test")
    assign_tag(session, tag, [people["ana"].subscriber_id])
    session.commit()
    return tag


def asking(**query: object) -> str:
    return f"{BULK}?{urlencode(query, doseq=True)}"


def confirm(client: SignedIn, page: str) -> str:
    """Press the button below what would happen; the address of the change."""
    form = html.fromstring(page).cssselect("form[method=post]")[-1]
    sent: dict[str, list[str]] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(str(value))
    answer = client.post(BULK, data=sent)
    assert answer.status_code == 303, answer.text
    return answer.location


def work(runtime: Runtime, session: Session) -> None:
    session.rollback()
    for bulk_id in session.scalars(select(BulkChange.id)).all():
        session.rollback()
        run_bulk(runtime.sessions, bulk_id, chosen_by_filter)


@both_databases
def test_says_what_would_happen_does_it_and_undoes_it(
    editor_client: SignedIn, session: Session, runtime: Runtime, people: People, press: Tag
) -> None:
    page = read(editor_client, asking(do="tag", tag="press", state="active"))
    for words in ("Add the tag “Press", "1</strong>", "already have the tag", "eve@other.example"):
        assert words in page
    assert XSS not in page
    assert "ana@" not in page
    here = confirm(editor_client, page)
    assert "Choosing people" in read(editor_client, here)
    work(runtime, session)
    page = read(editor_client, here)
    for words in ("Done", "Undo the change", "already have the tag"):
        assert words in page
    assert "hx-get" not in page
    assert "Bulk change" in read(editor_client, f"/admin/subscribers/{people['eve'].subscriber_id}")
    assert editor_client.post(f"{here}/undo").status_code == 303
    assert "hx-get" in read(editor_client, here)
    work(runtime, session)
    assert "Restored" in read(editor_client, here)
    assert len(session.scalars(select(SubscriberTag.subscriber_id)).all()) == 1
    session.rollback()
    again = editor_client.post(f"{here}/undo", follow_redirects=True).text
    assert "Restored" in again
    assert here in read(editor_client, BULK)


def test_is_for_those_that_were_ticked(
    editor_client: SignedIn, session: Session, runtime: Runtime, people: People, press: Tag
) -> None:
    listed = html.fromstring(read(editor_client, f"{LIST}?state=active"))
    ticks = listed.xpath("//input[@name='row']/@value")
    assert ticks == [str(people["eve"].id), str(people["ana"].id)]
    assert listed.xpath("//form[@id='bulk']/@action") == [BULK]
    page = read(editor_client, asking(do="end", row=[people["ana"].id, people["dee"].id]))
    assert "The 2 people you ticked" in page
    assert "have already left" in page
    confirm(editor_client, page)
    work(runtime, session)
    afresh(session)
    states = {name: session.get_one(Subscription, one.id).state for name, one in people.items()}
    assert [name for name, state in states.items() if state is State.ENDED] == ["ana", "dee"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"do": "tag"}, 400, "Choose a tag."),
        ({"do": "untag", "tag": "gone"}, 404, "no tag called “gone”"),
        ({"do": "end", "rules": '{"tag":"gone"}'}, 400, "no tag “gone”"),
        ({"do": "pause", "months": "4"}, 400, "one, two or three months"),
        ({"do": "pause", "months": "x"}, 400, "one, two or three months"),
        ({"do": "subscribe"}, 200, "What do you want to do?"),
        ({"do": "tag", "tag": "press", "row": ["x", "0", str(10**30)]}, 200, "would change"),
        ({"do": "tag", "tag": "\0"}, 400, "Choose a tag."),
    ],
)
def test_says_what_is_wrong(
    editor_client: SignedIn, press: Tag, query: dict[str, object], status: int, words: str
) -> None:
    answer = editor_client.get(asking(**query))
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    if status != 200:
        assert editor_client.post(BULK, data=query).status_code == status


def test_pauses_and_ends_only_its_own_pauses(
    editor_client: SignedIn, session: Session, runtime: Runtime, people: People, press: Tag
) -> None:
    pause(session, people["ana"].id, 1)
    session.commit()
    page = read(editor_client, asking(do="pause", months=2))
    for words in ("Pause their subscriptions for 2 months", "are not active"):
        assert words in page
    here = confirm(editor_client, page)
    work(runtime, session)
    assert "Pause their subscriptions for 2 months" in read(editor_client, here)
    afresh(session)
    eve = session.get_one(Subscription, people["eve"].id)
    assert (eve.state, eve.paused_by_editor) == (State.PAUSED, True)
    person = read(editor_client, f"/admin/subscribers/{people['eve'].subscriber_id}")
    assert "Paused the subscription" in person
    assert "Pause their subscriptions for 2 months" in person
    page = read(editor_client, asking(do="resume"))
    assert "chose the pause themselves" in page
    assert "ana@" not in page
    confirm(editor_client, page)
    work(runtime, session)
    afresh(session)
    states = {name: session.get_one(Subscription, people[name].id).state for name in ("ana", "eve")}
    assert states == {"ana": State.PAUSED, "eve": State.ACTIVE}


def test_does_nothing_without_a_action_and_nothing_for_others(
    editor_client: SignedIn, session: Session, press: Tag
) -> None:
    assert editor_client.post(BULK, data={}).status_code == 400
    assert editor_client.post(BULK, data={"do": "subscribe"}).status_code == 400
    assert session.scalars(select(BulkChange)).all() == []
    for path in (f"{BULK}/1", f"{BULK}/1/live", f"/admin/p/evening/subscribers/bulk/{2**63}"):
        assert editor_client.get(path).status_code == 404


def test_is_stopped(
    editor_client: SignedIn, session: Session, runtime: Runtime, people: People, press: Tag
) -> None:
    here = confirm(editor_client, read(editor_client, asking(do="end")))
    assert editor_client.post(f"{here}/cancel").status_code == 303
    work(runtime, session)
    assert "Cancelled" in read(editor_client, here)
    afresh(session)
    assert session.get_one(Subscription, people["ana"].id).state is State.ACTIVE


def test_ending_many_wants_a_password_typed_a_moment_ago(
    app: Flask, editor_client: SignedIn, session: Session, people: People, press: Tag
) -> None:
    app.config["TYPED_COUNT_ABOVE"] = 1
    page = read(editor_client, asking(do="end"))
    assert re.search(r"4</strong>", page)
    session.execute(update(UserSession).values(started_at=clock.now() - timedelta(minutes=40)))
    session.commit()
    answer = editor_client.post(BULK, data={"do": "end"})
    assert "/again" in answer.location
    assert editor_client.post(BULK, data={"do": "tag", "tag": "press"}).location.startswith(BULK)
