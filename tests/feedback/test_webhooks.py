"""Posts of providers: genuine ones become events, all others are refused and change nothing."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.webhooks import WEBHOOKS, HookAccount, Posted, WebhookRefused, read_webhook
from tests.feedback.reports import ADDRESS, TOKEN

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
SAID = "smtp; 550 5.1.1 user unknown"
UNKNOWN_USER = (EventKind.HARD, EventReason.USER_UNKNOWN)


@lru_cache(maxsize=1)
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache(maxsize=1)
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(days: int = 30) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(7)
    builder = builder.public_key(rsa_key().public_key()).not_valid_before(NOW - timedelta(days=60))
    signed = builder.not_valid_after(NOW + timedelta(days=days)).sign(rsa_key(), SHA256())
    return signed.public_bytes(Encoding.PEM)


SES_ACCOUNT = HookAccount(topics=(TOPIC,), fetch_certificate=lambda _url: certificate())


def ses(said: dict, *, version: str = "2", kind: str = "Notification", **changed: str) -> Posted:
    message = {
        "Type": kind,
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": json.dumps(said),
        "Timestamp": "2026-01-05T08:59:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
    }
    names = ["Message", "MessageId", "Timestamp", "TopicArn", "Type"]
    if kind == "SubscriptionConfirmation":
        message |= {"Token": "t", "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Confirm"}
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    signed_fields = {name: changed[name] for name in changed if name in {"Timestamp", "SubscribeURL"}}
    message |= signed_fields
    signed = "".join(f"{name}\n{message[name]}\n" for name in names).encode()
    signature = rsa_key().sign(signed, PKCS1v15(), SHA1() if version == "1" else SHA256())
    message["Signature"] = base64.b64encode(signature).decode()
    message |= {name: value for name, value in changed.items() if name not in signed_fields}
    return Posted(json.dumps(message).encode(), {}, NOW)


BOUNCE = {
    "notificationType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "timestamp": "2026-01-05T08:58:00.000Z",
        "bouncedRecipients": [
            {"emailAddress": ADDRESS, "status": "5.1.1", "action": "failed", "diagnosticCode": SAID}
        ],
    },
    "mail": {"source": TOKEN, "commonHeaders": {"messageId": "<17.4.ab@example.org>"}},
}


def mailgun(data: dict, *, at: str = STAMP, key: str = "k") -> Posted:
    signature = hmac.new(key.encode(), f"{at}tok".encode(), hashlib.sha256).hexdigest()
    body = {"signature": {"timestamp": at, "token": "tok", "signature": signature}, "event-data": data}
    return Posted(json.dumps(body).encode(), {}, NOW)


def sendgrid(events: list, *, at: str = STAMP) -> Posted:
    raw = json.dumps(events).encode()
    signature = base64.b64encode(ec_key().sign(at.encode() + raw, ec.ECDSA(SHA256()))).decode()
    names = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"
    return Posted(raw, dict(zip(names, (signature, at), strict=True)), NOW)


def resend(body: dict, *, at: str = STAMP) -> Posted:
    raw = json.dumps(body).encode()
    digest = hmac.new(b"secret", f"msg_1.{at}.".encode() + raw, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()} v1,AAAA"
    return Posted(raw, {"svix-id": "msg_1", "svix-timestamp": at, "svix-signature": signature}, NOW)


def with_password(body: dict, authorization: str) -> Posted:
    return Posted(json.dumps(body).encode(), {"authorization": authorization}, NOW)


BASIC = "Basic " + base64.b64encode(b"user:pass").decode()
SENDGRID_KEY = base64.b64encode(
    ec_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
ACCOUNTS = {
    "ses": SES_ACCOUNT,
    "mailgun": HookAccount("k"),
    "sendgrid": HookAccount(SENDGRID_KEY),
    "postmark": HookAccount("user:pass"),
    "brevo": HookAccount("bearer-token"),
    "resend": HookAccount("whsec_" + base64.b64encode(b"secret").decode()),
}
MAILGUN_FAILED = {
    "event": "failed",
    "severity": "permanent",
    "recipient": ADDRESS,
    "timestamp": 1767603480.5,
    "delivery-status": {"code": 550, "message": "5.1.1 user unknown"},
    "message": {"headers": {"message-id": "17.4.ab@example.org"}},
    "envelope": {"sender": TOKEN},
}
SENDGRID_BOUNCE = {
    "event": "bounce",
    "type": "bounce",
    "email": ADDRESS,
    "timestamp": 1767603480,
    "status": "5.1.1",
    "reason": "550 5.1.1 user unknown",
    "smtp-id": "<17.4.ab@example.org>",
}
POSTMARK_BOUNCE = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "Email": ADDRESS,
    "ID": 7,
    "BouncedAt": "2026-01-05T08:58:00Z",
    "Details": "smtp;550 5.1.1 user unknown",
}
BREVO_BOUNCE = {
    "event": "hard_bounce",
    "email": ADDRESS,
    "reason": "550 5.1.1 user unknown",
    "message-id": "<a@b>",
}
RESEND_BOUNCE = {
    "type": "email.bounced",
    "created_at": "2026-01-05T08:58:00Z",
    "data": {"to": [ADDRESS], "bounce": {"message": "550 5.1.1 user unknown", "type": "Permanent"}},
}
GENUINE = {
    "ses": ses(BOUNCE),
    "mailgun": mailgun(MAILGUN_FAILED),
    "sendgrid": sendgrid([SENDGRID_BOUNCE]),
    "postmark": with_password(POSTMARK_BOUNCE, BASIC),
    "brevo": with_password(BREVO_BOUNCE, "Bearer bearer-token"),
    "resend": resend(RESEND_BOUNCE),
}


def read(provider: str, posted: Posted):
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
