"""Posts as providers make and sign them."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from newsletter.feedback.webhooks import HookAccount, Posted
from tests.feedback.reports import ADDRESS, TOKEN

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
SAID = "smtp; 550 5.1.1 user unknown"


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
