"""An editor names a new address on a person's page."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.outbox.models import SystemMessage
from newsletter.subscribers.models import Subscription, SuppressionReason
from newsletter.subscribers.suppress import suppress
from tests.databases import both_databases
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import XSS, actions, afresh, page_of, press, read
from tests.web.signed_in import SignedIn

NEW = "ana.ruiz@new.example"


@both_databases
def test_is_asked_there_and_shown_until_it_is_answered(
    editor_client: SignedIn, session: Session, people: People
) -> None:
    here = page_of(people["ana"])
    assert "asked on" not in read(editor_client, here)
    page = press(editor_client, f"{here}/address", address=f" {NEW} ")
    assert f"{NEW} was asked to confirm the change." in page
    assert "The link works for a day." in page
    afresh(session)
    message = session.scalars(select(SystemMessage)).one()
    assert (message.kind, message.recipient) == ("address_change", NEW)
    assert session.get_one(Subscription, people["ana"].id).subscriber.email == "ana@readers.example"
    session.rollback()
    assert actions(session, "subscriber") == [("eddi@press.example", "subscriber.address_asked")]
    assert "Asked a new address to confirm" in read(editor_client, here)


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("", 400, "address"),
        ("nobody", 400, "address"),
        (XSS, 400, "address"),
        ("x" * 5_000, 400, "must have an @-sign"),
        ("Ana@Readers.example", 409, "This is their address already."),
        ("cy@readers.example", 409, "Two people are never merged"),
        ("eve@other.example", 400, "a message to it bounced"),
        ("gone@x.example", 400, "reported a message as spam"),
    ],
)
def test_says_what_is_wrong(
    editor_client: SignedIn, session: Session, people: People, typed: str, status: int, words: str
) -> None:
    suppress(session, parse_address("gone@x.example").hash, SuppressionReason.COMPLAINT, actor="test")
    session.commit()
    answer = editor_client.post(f"{page_of(people['ana'])}/address", data={"address": typed})
    assert (answer.status_code, words in answer.text) == (status, True)
    assert XSS not in answer.text
    afresh(session)
    assert session.scalars(select(SystemMessage)).all() == []


def test_twice_in_a_day_is_too_often(editor_client: SignedIn, people: People) -> None:
    press(editor_client, f"{page_of(people['ana'])}/address", address=NEW)
    answer = editor_client.post(f"{page_of(people['ana'])}/address", data={"address": NEW})
    assert (answer.status_code, "Try again tomorrow" in answer.text) == (429, True)
    assert editor_client.post("/admin/subscribers/999999/address", data={"address": NEW}).status_code == 404
