"""Posts of providers: genuine ones become events, all others are refused and change nothing."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.webhooks import WEBHOOKS, HookAccount, Posted, Reading, WebhookRefused, read_webhook
from tests.feedback.posts import (
    ACCOUNTS,
    BASIC,
    BOUNCE,
    BREVO_BOUNCE,
    GENUINE,
    MAILGUN_FAILED,
    NOW,
    POSTMARK_BOUNCE,
    SENDGRID_BOUNCE,
    SES_ACCOUNT,
    TOPIC,
    certificate,
    mailgun,
    resend,
    sendgrid,
    ses,
    with_password,
)
from tests.feedback.reports import ADDRESS, TOKEN

UNKNOWN_USER = (EventKind.HARD, EventReason.USER_UNKNOWN)


def read(provider: str, posted: Posted) -> Reading:
    return read_webhook(provider, posted, ACCOUNTS[provider])


@pytest.mark.parametrize("provider", WEBHOOKS.keys())
def test_a_genuine_post_is_an_event(provider: str) -> None:
    reading = read(provider, GENUINE[provider])
    (event,) = reading.events
    assert (event.kind, event.reason) == UNKNOWN_USER
    assert (event.recipients, event.parser) == ((ADDRESS,), provider)
    assert reading.replay_key


@pytest.mark.parametrize("provider", WEBHOOKS.keys())
def test_what_is_not_signed_is_refused(provider: str) -> None:
    bare = json.loads(GENUINE[provider].raw)
    if isinstance(bare, dict):
        bare.pop("Signature", None)
        bare.pop("signature", None)
    with pytest.raises(WebhookRefused):
        read(provider, Posted(json.dumps(bare).encode(), {}, NOW))


@pytest.mark.parametrize("provider", WEBHOOKS.keys())
def test_another_account_s_post_is_refused(provider: str) -> None:
    other = replace(ACCOUNTS[provider], secret="b3RoZXI=", topics=())
    with pytest.raises(WebhookRefused):
        read_webhook(provider, GENUINE[provider], other)
    with pytest.raises(WebhookRefused):
        read_webhook(provider, GENUINE[provider], HookAccount())


@pytest.mark.parametrize("provider", ["ses", "mailgun", "sendgrid", "resend"])
@pytest.mark.parametrize("hours", [-2, 2])
def test_an_old_post_is_refused(provider: str, hours: int) -> None:
    posted = replace(GENUINE[provider], now=NOW + timedelta(hours=hours))
    with pytest.raises(WebhookRefused) as refused:
        read(provider, posted)
    assert refused.value.code == "webhook_stale"


@pytest.mark.parametrize("provider", ["ses", "sendgrid", "resend"])
@given(st.data())
def test_an_altered_post_is_refused(provider: str, data: st.DataObject) -> None:
    raw = GENUINE[provider].raw
    index = data.draw(st.integers(0, len(raw) - 1))
    octet = data.draw(st.integers(0, 255))
    altered = raw[:index] + bytes([octet]) + raw[index + 1 :]
    if provider == "ses" and json_equals(raw, altered):
        return
    if altered == raw:
        return
    with pytest.raises(WebhookRefused):
        read(provider, replace(GENUINE[provider], raw=altered))


def json_equals(one: bytes, other: bytes) -> bool:
    """Whether two posts of SNS say the same: the signature is over values, not over spaces between them."""
    try:
        left, right = json.loads(one), json.loads(other)
    except ValueError:
        return False
    # Base64 may spell its unused bits in several ways.
    signatures = [base64.b64decode(each.pop("Signature", "")) for each in (left, right)]
    return left == right and signatures[0] == signatures[1]


@pytest.mark.parametrize("provider", WEBHOOKS.keys())
@given(st.binary(max_size=300))
def test_any_octets_are_refused(provider: str, raw: bytes) -> None:
    posted = Posted(raw, GENUINE[provider].headers, NOW)
    if provider in {"postmark", "brevo"}:
        posted = replace(posted, headers={})
    with pytest.raises(WebhookRefused):
        read(provider, posted)


class TestSes:
    @pytest.mark.parametrize("version", ["1", "2"])
    def test_both_versions_are_believed(self, version: str) -> None:
        (event,) = read("ses", ses(BOUNCE, version=version)).events
        assert event.clues.bounce_addresses == (TOKEN,)
        assert event.clues.message_id == "17.4.ab@example.org"

    @pytest.mark.parametrize(
        "changed",
        [
            {"SigningCertURL": "https://evil.example/cert.pem"},
            {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/cert.pem"},
            {"SigningCertURL": "https://sns.us-east-1.amazonaws.com/cert.pem"},
            {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/cert.pem"},
            {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com@evil.example/cert.pem"},
            {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com:8443/cert.pem"},
            {"TopicArn": TOPIC + "-other"},
            {"SignatureVersion": "3"},
            {"Subject": "added"},
        ],
    )
    def test_foreign_certificates_and_topics_are_refused(self, changed: dict[str, str]) -> None:
        with pytest.raises(WebhookRefused):
            read("ses", ses(BOUNCE, **changed))

    def test_a_certificate_that_has_expired_is_refused(self) -> None:
        account = replace(SES_ACCOUNT, fetch_certificate=lambda _url: certificate(days=-1))
        with pytest.raises(WebhookRefused):
            read_webhook("ses", GENUINE["ses"], account)

    def test_a_certificate_that_cannot_be_had_is_refused(self) -> None:
        def fetch(_url: str) -> bytes:
            raise OSError

        with pytest.raises(WebhookRefused):
            read_webhook("ses", GENUINE["ses"], replace(SES_ACCOUNT, fetch_certificate=fetch))

    def test_a_subscription_is_confirmed_at_amazon_only(self) -> None:
        reading = read("ses", ses({}, kind="SubscriptionConfirmation"))
        assert reading.confirm_url.startswith("https://sns.eu-west-1.amazonaws.com/")
        assert reading.events == ()
        elsewhere = "https://evil.example/?Action=Confirm"
        with pytest.raises(WebhookRefused):
            read("ses", ses({}, kind="SubscriptionConfirmation", SubscribeURL=elsewhere))

    def test_what_is_passing_is_never_hard(self) -> None:
        said = json.loads(json.dumps(BOUNCE).replace("Permanent", "Transient"))
        (event,) = read("ses", ses(said)).events
        assert event.kind is EventKind.SOFT

    def test_a_complaint_is_one_unless_it_says_not_spam(self) -> None:
        facts = {"complainedRecipients": [{"emailAddress": ADDRESS}], "complaintFeedbackType": "abuse"}
        said = {"notificationType": "Complaint", "complaint": facts, "mail": {}}
        assert [event.kind for event in read("ses", ses(said)).events] == [EventKind.COMPLAINT]
        facts["complaintFeedbackType"] = "not-spam"
        assert read("ses", ses(said)).events == ()


@pytest.mark.parametrize(
    ("provider", "posted", "kind"),
    [
        ("mailgun", mailgun({"event": "complained", "recipient": ADDRESS}), EventKind.COMPLAINT),
        ("mailgun", mailgun({**MAILGUN_FAILED, "severity": "temporary"}), EventKind.DELAYED),
        ("sendgrid", sendgrid([{"event": "spamreport", "email": ADDRESS}]), EventKind.COMPLAINT),
        ("sendgrid", sendgrid([{**SENDGRID_BOUNCE, "event": "deferred"}]), EventKind.DELAYED),
        ("sendgrid", sendgrid([{**SENDGRID_BOUNCE, "type": "blocked"}]), EventKind.SOFT),
        ("postmark", with_password({**POSTMARK_BOUNCE, "Type": "SpamComplaint"}, BASIC), EventKind.COMPLAINT),
        (
            "postmark",
            with_password({**POSTMARK_BOUNCE, "Type": "AutoResponder"}, BASIC),
            EventKind.AUTO_REPLY,
        ),
        ("postmark", with_password({**POSTMARK_BOUNCE, "Type": "SoftBounce"}, BASIC), EventKind.SOFT),
        (
            "brevo",
            with_password({**BREVO_BOUNCE, "event": "spam"}, "Bearer bearer-token"),
            EventKind.COMPLAINT,
        ),
        (
            "brevo",
            with_password({**BREVO_BOUNCE, "event": "soft_bounce"}, "Bearer bearer-token"),
            EventKind.SOFT,
        ),
        ("resend", resend({"type": "email.complained", "data": {"to": [ADDRESS]}}), EventKind.COMPLAINT),
        ("resend", resend({"type": "email.delivery_delayed", "data": {"to": [ADDRESS]}}), EventKind.DELAYED),
    ],
)
def test_what_else_providers_say(provider: str, posted: Posted, kind: EventKind) -> None:
    assert [event.kind for event in read(provider, posted).events] == [kind]


@pytest.mark.parametrize(
    "posted",
    [
        mailgun({"event": "delivered", "recipient": ADDRESS}),
        mailgun({**MAILGUN_FAILED, "reason": "suppress-bounce"}),
        mailgun({"event": ["failed"], "recipient": {"a": 1}}),
    ],
)
def test_what_says_nothing_is_no_event(posted: Posted) -> None:
    assert read("mailgun", posted).events == ()
