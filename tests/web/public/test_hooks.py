"""Posts of providers: what is genuine has consequences once, everything else is counted."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core.errors import OperatorMustAct
from newsletter.core.links import Links
from newsletter.feedback.models import FeedbackRecord, RefusedFeedback
from newsletter.feedback.webhooks import WEBHOOKS, Posted
from newsletter.feedback.webhooks.posted import MOST_OCTETS
from newsletter.incoming import hooks
from newsletter.incoming.hooks import hook_url, read_hook_accounts
from newsletter.incoming.models import TakenMessage
from newsletter.mailings.models import Delivery, Outcome
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.models import Subscription, Suppression
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_subscription
from tests.feedback.posts import ACCOUNTS, GENUINE, NOW, TOPIC, certificate, resend
from tests.feedback.reports import ADDRESS

WEBHOOK_SETTING = " ".join(
    f"{provider}={TOPIC if provider == 'ses' else account.secret}" for provider, account in ACCOUNTS.items()
)
Post = Callable[..., TestResponse]


@pytest.fixture
def reader(session: Session) -> Subscription:
    made = make_subscription(session, make_publication(session), ADDRESS)
    session.commit()
    return made


@pytest.fixture
def post(app: Flask, links: Links, session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    given = app.extensions["newsletter_settings"]
    app.extensions["newsletter_settings"] = given.model_copy(update={"webhooks": SecretStr(WEBHOOK_SETTING)})
    monkeypatch.setattr(hooks, "_get", lambda _url: certificate())
    hooks.fetch_certificate.cache_clear()

    def one(provider: str, posted: Posted, url: str = "") -> TestResponse:
        session.rollback()
        url = url or hook_url(links, provider)
        path = url.removeprefix(links.public_url)
        return app.test_client().post(path, data=posted.raw, headers=dict(posted.headers))

    with time_machine.travel(NOW, tick=False):
        yield one


def count(session: Session, table: type) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(table)).one()


@both_databases
@pytest.mark.parametrize("provider", WEBHOOKS.keys())
def test_a_genuine_post_suppresses_once(
    post: Post, session: Session, reader: Subscription, provider: str
) -> None:
    for _copy in range(2):
        assert post(provider, GENUINE[provider]).status_code == 200
        assert count(session, FeedbackRecord) == 1
    record = session.scalars(select(FeedbackRecord)).one()
    assert (record.source, record.subscriber_id) == (provider, reader.subscriber_id)
    assert session.scalars(select(Suppression.reason)).one() == "hard_bounce"
    session.execute(delete(FeedbackRecord))  # however long ago: what was posted once is not believed again
    session.commit()
    assert post(provider, GENUINE[provider]).status_code == 200
    assert count(session, FeedbackRecord) == 0


@pytest.mark.parametrize("provider", WEBHOOKS.keys())
def test_only_what_is_genuine_keeps_its_reader_out_of_the_next_mailing(
    post: Post, session: Session, runtime: Runtime, reader: Subscription, provider: str
) -> None:
    for posted, status, outcome in (
        (forged(GENUINE[provider]), 401, (Outcome.PENDING, "")),
        (GENUINE[provider], 200, (Outcome.EXCLUDED, "suppressed")),
    ):
        assert post(provider, posted).status_code == status
        issue = make_issue(session, reader.publication, f"after-{status}")
        mailing_id = schedule(session, issue, None, runtime.links, actor="test").id
        session.commit()
        assert freeze(runtime.sessions, mailing_id, runtime.links)
        delivery = session.scalars(select(Delivery).where(Delivery.mailing_id == mailing_id)).one()
        assert (delivery.outcome, delivery.reason) == outcome


def forged(genuine: Posted) -> Posted:
    """The same post, signed with nothing that its provider has."""
    headers = {
        name: "Bearer x" if name == "authorization" else value for name, value in genuine.headers.items()
    }
    return replace(genuine, raw=genuine.raw.replace(b"a", b"b"), headers=headers)


@pytest.mark.parametrize("provider", WEBHOOKS.keys())
def test_what_is_forged_changes_nothing_and_is_counted(
    post: Post, session: Session, reader: Subscription, provider: str
) -> None:
    unsigned = Posted(b"{}", {}, NOW)
    for posted in (forged(GENUINE[provider]), unsigned, unsigned):
        assert post(provider, posted).status_code in {400, 401}
    session.rollback()
    assert session.scalars(select(func.sum(RefusedFeedback.n))).one() == 3
    assert set(session.scalars(select(RefusedFeedback.source))) == {provider}
    assert [count(session, table) for table in (FeedbackRecord, Suppression, TakenMessage)] == [0, 0, 0]


def test_the_address_is_of_one_provider_and_signed(
    post: Post, session: Session, links: Links, reader: Subscription
) -> None:
    genuine, url = GENUINE["mailgun"], hook_url(links, "mailgun")
    changed = url[:-1] + ("A" if url[-1] != "A" else "B")
    other = hook_url(links, "postmark").replace("/postmark/", "/mailgun/")
    unsubscribe = f"{links.public_url}/hooks/mailgun/{links.unsubscribe(reader.id).rpartition('/')[2]}"
    for wrong in (changed, other, unsubscribe, url.replace("/mailgun/", "/nobody/")):
        assert post("mailgun", genuine, wrong).status_code == 404
    assert count(session, RefusedFeedback) >= 1
    assert count(session, Suppression) == 0


def test_a_body_that_is_too_large_is_refused(post: Post, session: Session) -> None:
    assert post("resend", Posted(b"x" * (MOST_OCTETS + 1), {}, NOW)).status_code == 413
    assert post("resend", replace(resend({}), raw=b"\xff{")).status_code in {400, 401}


def test_providers_that_are_not_set_up_are_unknown(post: Post, app: Flask, session: Session) -> None:
    given = app.extensions["newsletter_settings"]
    app.extensions["newsletter_settings"] = given.model_copy(update={"webhooks": None})
    assert post("mailgun", GENUINE["mailgun"]).status_code == 404


def test_the_setting_names_what_is_wrong() -> None:
    accounts = read_hook_accounts("postmark=user:pass ses=arn:a ses=arn:b sendgrid=MFkw==")
    assert accounts["ses"].topics == ("arn:a", "arn:b")
    assert (accounts["postmark"].secret, accounts["sendgrid"].secret) == ("user:pass", "MFkw==")
    for wrong in ("mailgun", "mailgun=", "nobody=x", base64.b64encode(b"x").decode()):
        with pytest.raises(OperatorMustAct, match="write PROVIDER=SECRET, of ses, mailgun"):
            read_hook_accounts(wrong)
