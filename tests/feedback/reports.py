"""Reports as servers, programs and people write them, built from what differs between them."""

from email.message import EmailMessage

TOKEN = "b+afvvmnn2y7ylsbjd3rbfbj6ocm@bounces.example.org"
ADDRESS = "ana@reader.example"
RETURNED = f"""\
Return-Path: <{TOKEN}>
Received: from news.example.org (news.example.org [192.0.2.7])
 by mx.reader.example with ESMTPS id 4Wq; Mon, 5 Jan 2026 09:00:01 +0000
From: Weekly <news@example.org>
To: {ADDRESS}
Subject: The week in bridges
Message-ID: <17.4.0011223344556677@example.org>
List-Unsubscribe: <https://news.example.org/unsubscribe/abc>
Feedback-ID: 17:weekly:digest:abc
MIME-Version: 1.0
Content-Type: text/plain

Hello Ana
"""
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.relay.example>"


def dsn(
    diagnostic: str = "smtp; 550 5.1.1 <ana@reader.example> User unknown",
    *,
    status: str = "5.1.1",
    action: str = "failed",
    final: str = ADDRESS,
    more: str = "",
    text: str = "I'm sorry to have to inform you that your message could not be delivered.",
    returned: str = RETURNED,
    head: str = "",
) -> bytes:
    """A delivery status notification (RFC 3464); `more` are further fields of its recipient."""
    fields = [f"Final-Recipient: rfc822; {final}", f"Action: {action}", f"Status: {status}"]
    fields += [f"Diagnostic-Code: {diagnostic}"] if diagnostic else []
    fields += [more] if more else []
    recipient = "\n".join(fields)
    return f"""\
{head}From: {DAEMON}
To: {TOKEN}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=us-ascii

{text}

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.relay.example
Arrival-Date: Mon, 5 Jan 2026 09:00:01 +0000

{recipient}

--=_b
Content-Type: message/rfc822

{returned}
--=_b--
""".encode()


def notice(
    text: str,
    *,
    subject: str = "failure notice",
    sender: str = DAEMON,
    charset: str = "utf-8",
    declared: str | None = None,
    subtype: str = "plain",
) -> bytes:
    """A notice in a server's own words; `declared` is the charset that it claims, empty for none."""
    named = charset if declared is None else declared
    parameter = f"; charset={named}" if named else ""
    head = (
        f"From: {sender}\nTo: news@example.org\nSubject: {subject}\nDate: Mon, 5 Jan 2026 09:00:02 +0000\n"
        f"MIME-Version: 1.0\nContent-Type: text/{subtype}{parameter}\nContent-Transfer-Encoding: 8bit\n\n"
    )
    return head.encode() + text.encode(charset)


def complaint(kind: str = "abuse", *, fields: str = "") -> bytes:
    """A feedback report (RFC 5965)."""
    return f"""\
From: <feedback@provider.example>
To: abuse@example.org
Subject: FW: The week in bridges
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_f"

--=_f
Content-Type: text/plain

This is an email abuse report.

--=_f
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Feedback/1.0
Version: 1
{fields}
--=_f
Content-Type: message/rfc822

{RETURNED}
--=_f--
""".encode()


def person(text: str, *, subject: str = "Re: The week in bridges", **headers: str) -> bytes:
    """What comes from the address of a reader; `headers` with _ for -."""
    message = EmailMessage()
    message["From"] = f"Ana Ruiz <{ADDRESS}>"
    message["To"] = "news@example.org"
    message["Subject"] = subject
    message["In-Reply-To"] = "<17.4.0011223344556677@example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()
