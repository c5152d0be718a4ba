"""Somebody who is signed up again and again, over every route, gets one message."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle, islice

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.models import ConsentRecord, Subscriber, Subscription
from tests.databases import both_databases
from tests.extent import usual
from tests.web.public.conftest import STAMP

SPELLINGS = ("victim@example.org", "Victim@Example.ORG", " victim@EXAMPLE.org ", "victim+x@example.org")
# What takes an address, or sends a message to one that is known.
ROUTES = {
    "subscribe.ask",
    "subscribe_json.ask",
    "suggest.suggest",
    "confirm.again",
    "preferences.join_again",
    "lift.ask",
    "address_change.ask",
    "accounts_password.ask",
}
# Ask for what only the owner of a mailbox has, or for no message.
NO_MESSAGE = {
    *("confirm.confirm_subscription", "unsubscribe.end_subscription", "unsubscribe.undo_unsubscribe"),
    *("address_change.confirm", "preferences.choose_frequency"),
    *("unsubscribe.keep_comment", "preferences.save", "preferences.leave", "preferences.leave_all"),
    *("preferences.pause_subscription", "preferences.resume_subscription", "preferences.change_tracking"),
    *("preferences.erase_person", "preferences_choices.save", "lift.confirm", "share.comment", "hooks.take"),
    *("accounts_sign_in.enter", "accounts_sign_in.leave", "accounts_again.enter"),
    "accounts_set_up.make_owner",
    *("accounts_invitation.accept", "accounts_password.reset", "dev_mailbox.empty"),
}


def test_every_route_that_might_send_is_known(app: Flask) -> None:
    posts = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/admin")
    }
    assert posts == ROUTES | NO_MESSAGE


def strangers(
    client: FlaskClient, links: Links, subscription: Subscription, stamp: str
) -> list[Callable[[str], int]]:
    """What strangers can do who know the address and have every link but the one that confirms."""
    old = datetime(2026, 1, 1, tzinfo=UTC)
    expired = links.signer.sign(Purpose.CONFIRM, subscription.id, issued_at=old)
    page = links.preferences(subscription.subscriber_id).removeprefix(links.public_url)
    named = {"subscription": str(subscription.id)}

    def post(path: str, **fields: str) -> Callable[[str], int]:
        return lambda email: client.post(path, data=fields | {"email": email, "stamp": stamp}).status_code

    def post_json(email: str) -> int:
        return client.post("/subscribe/morning/json", json={"email": email}).status_code

    return [
        post("/subscribe/morning"),
        post("/subscribe/morning?embed=1"),
        post_json,
        post("/subscribe/morning", topics="y", language="de"),
        post(f"/confirm/{expired}/again"),
        post(f"{page}/rejoin", **named),
        post(f"{page}/lift"),
        post(f"{page}/address"),
        post("/suggest/morning", url="https://tide.example/", name="Ana"),
        post("/forgot-password"),
    ]


@both_databases
@pytest.mark.parametrize("times", [usual(60, soak=1_000)])
def test_one_message_whatever_strangers_send(
    app: Flask, client: FlaskClient, session: Session, links: Links, publication: Publication, times: int
) -> None:
    app.config["SIGN_UPS_PER_VISITOR"] = app.config["SIGN_UPS_PER_DOMAIN"] = "100000 per hour"
    publication.suggestions = True
    session.commit()
    stamp = STAMP.search(client.get("/subscribe/morning").text)
    assert stamp is not None
    client.post("/subscribe/morning", data={"email": SPELLINGS[0], "stamp": stamp[1]})
    subscription = session.scalars(select(Subscription)).one()
    session.commit()
    routes = strangers(client, links, subscription, stamp[1])
    codes = {send(email) for send, email in islice(zip(cycle(routes), cycle(SPELLINGS), strict=False), times)}
    assert max(codes) < 500
    session.rollback()
    messages = session.scalars(select(SystemMessage)).all()
    assert [(message.kind, message.recipient) for message in messages] == [("confirmation", SPELLINGS[0])]
    mailboxes = {SPELLINGS[0], SPELLINGS[3]}  # each is somebody else's for all we know
    assert set(session.scalars(select(Subscriber.email))) == mailboxes
    assert session.scalar(select(func.count()).select_from(ConsentRecord)) == 2
