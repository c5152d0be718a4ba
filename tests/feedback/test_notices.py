"""Notices in servers' own words, of many makes, in many languages and charsets."""

import pytest

from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.parsers import parse
from tests.feedback.reports import ADDRESS, RETURNED, notice

K, R = EventKind, EventReason

EXIM = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {address}
    {reason}

------ This is a copy of the message, including all the headers. ------

{returned}"""
QMAIL = """\
Hi. This is the qmail-send program at mx.relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{address}>:
{reason}

--- Below this line is a copy of the message.

{returned}"""
POSTFIX = """\
This is the mail system at host mx.relay.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{address}>: host mx.spam-filter.example[192.0.2.9] said: {reason}
    (in reply to RCPT TO command)
"""
SENDMAIL = """\
   ----- The following addresses had permanent fatal errors -----
<{address}>
    (reason: {reason})

   ----- Transcript of session follows -----
... while talking to mx.reader.example.:
>>> RCPT To:<{address}>
<<< {reason}

   ----- Message header follows -----
{returned}"""
EXCHANGE = """\
Your message

  To:      {address}
  Subject: The week in bridges
  Sent:    Mon, 5 Jan 2026 10:00:00 +0100

did not reach the following recipient(s):

{address} on Mon, 5 Jan 2026 10:00:02 +0100
    {reason}
"""
NOTES = """\
Your message

  Subject: The week in bridges

was not delivered to:

  {address}

because:

  {reason}
"""
OUTLOOK = """\
<html><head><style>p {{ color: red }}</style></head><body>
<p>Your message to <b>{address}</b> couldn't be delivered.</p>
<table><tr><td>Remote server returned '{reason}'</td></tr></table></body></html>"""
BARE = "The following message could not be delivered to {address}:\n\n{reason}\n"
FORMS = {
    "exim": EXIM,
    "qmail": QMAIL,
    "postfix": POSTFIX,
    "sendmail": SENDMAIL,
    "exchange": EXCHANGE,
    "notes": NOTES,
    "outlook": OUTLOOK,
    "bare": BARE,
}
UNKNOWN_USER = "550 5.1.1 The email account that you tried to reach does not exist."


def _notice(form: str, reason: str, **options) -> bytes:
    text = FORMS[form].format(address=ADDRESS, reason=reason, returned=RETURNED)
    return notice(text, subtype="html" if form == "outlook" else "plain", **options)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("words", "kind", "reason"),
    [
        (UNKNOWN_USER, K.HARD, R.USER_UNKNOWN),
        ("552 5.2.2 Quota exceeded (mailbox for user is full)", K.SOFT, R.MAILBOX_FULL),
        ("554 5.7.1 Message rejected as spam", K.SOFT, R.CONTENT),
        ("550 5.7.1 Blocked, 192.0.2.7 is listed by zen.spamhaus.example", K.SOFT, R.REPUTATION),
    ],
)
def test_each_make_is_read(form: str, words: str, kind: EventKind, reason: EventReason) -> None:
    (event,) = parse(_notice(form, words))
    assert (event.kind, event.reason, event.recipients) == (kind, reason, (ADDRESS,))


@pytest.mark.parametrize(
    ("form", "words", "kind", "reason"),
    [
        ("exim", "Unrouteable address", K.HARD, R.USER_UNKNOWN),
        ("exim", "all relevant MX records point to non-existent hosts", K.HARD, R.HOST_UNKNOWN),
        ("exim", "retry timeout exceeded", K.SOFT, R.NETWORK),
        ("qmail", "Sorry, no mailbox here by that name. (#5.1.1)", K.HARD, R.USER_UNKNOWN),
        ("qmail", "Sorry, I couldn't find any host by that name. (#5.1.2)", K.HARD, R.HOST_UNKNOWN),
        ("qmail", "This user doesn't have a yahoo.example account", K.HARD, R.USER_UNKNOWN),
        ("qmail", "This account has been disabled or discontinued [#102].", K.HARD, R.SUSPENDED),
        ("notes", "User ana (ana@reader.example) not listed in Domino Directory", K.HARD, R.USER_UNKNOWN),
        ("exchange", "The recipient name is not recognized", K.HARD, R.USER_UNKNOWN),
        ("outlook", "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", K.HARD, R.USER_UNKNOWN),
        ("postfix", "550 spam-filter.example: sorry", K.UNKNOWN, R.OTHER),
        ("bare", "Something went wrong.", K.UNKNOWN, R.OTHER),
        ("bare", "The server did not respond. The address may be incorrect.", K.SOFT, R.NETWORK),
        (
            "postfix",
            "Host or domain name not found. Name service error: Host not found, try again",
            K.SOFT,
            R.HOST_UNKNOWN,
        ),
        (
            "bare",
            "The number of messages in the recipient's mailbox exceeded the limit.",
            K.SOFT,
            R.MAILBOX_FULL,
        ),
        ("bare", "Error: No valid recipients for this message", K.HARD, R.USER_UNKNOWN),
    ],
)
def test_what_a_make_says_in_its_own_way(form: str, words: str, kind: EventKind, reason: EventReason) -> None:
    (event,) = parse(_notice(form, words))
    assert (event.kind, event.reason) == (kind, reason)


LANGUAGES = [
    ("iso-2022-jp", "宛先のメールアドレスが見つかりません。", R.USER_UNKNOWN),
    ("iso-2022-jp", "メールボックスの容量を超えています。", R.MAILBOX_FULL),
    ("koi8-r", "Пользователь с таким адресом не найден", R.USER_UNKNOWN),
    ("koi8-r", "Почтовый ящик переполнен", R.MAILBOX_FULL),
    ("gb2312", "收件人不存在,请检查地址", R.USER_UNKNOWN),
    ("euc-kr", "존재하지 않는 사용자입니다", R.USER_UNKNOWN),
    ("iso-8859-1", "Die Empfängeradresse ist unbekannt.", R.USER_UNKNOWN),
    ("iso-8859-1", "Das Postfach des Empfängers ist leider voll.", R.MAILBOX_FULL),
    ("iso-8859-1", "L’adresse de messagerie ci-dessus n’existe pas.".replace("’", "'"), R.USER_UNKNOWN),
    ("iso-8859-1", "La boîte aux lettres du destinataire est pleine.", R.MAILBOX_FULL),
    ("iso-8859-1", "El usuario indicado no existe.", R.USER_UNKNOWN),
    ("iso-8859-1", "La casella di posta indicata non esiste.", R.USER_UNKNOWN),
    ("iso-8859-1", "O endereço do destinatário não foi encontrado: endereço inexistente.", R.USER_UNKNOWN),
    ("iso-8859-2", "Podany adres nie istnieje.", R.USER_UNKNOWN),
    ("iso-8859-1", "Dit adres bestaat niet.", R.USER_UNKNOWN),
    ("iso-8859-9", "Kullanıcı bulunamadı.", R.USER_UNKNOWN),
]


@pytest.mark.parametrize(("charset", "words", "reason"), LANGUAGES)
def test_other_languages_in_their_charsets(charset: str, words: str, reason: EventReason) -> None:
    (event,) = parse(_notice("bare", words, charset=charset))
    assert event.reason is reason
    assert event.kind is (K.HARD if reason is R.USER_UNKNOWN else K.SOFT)


@pytest.mark.parametrize(
    ("charset", "words"), [(c, w) for c, w, _ in LANGUAGES if c[:3] in {"iso-2", "koi", "gb2", "euc"}]
)
@pytest.mark.parametrize("declared", ["", "us-ascii", "x-unknown"])
def test_charsets_that_nobody_declared(charset: str, words: str, declared: str) -> None:
    (event,) = parse(_notice("bare", words, charset=charset, declared=declared))
    assert event.reason is not R.OTHER


def test_a_warning_is_no_bounce() -> None:
    text = (
        "This is a warning message only. You do not need to resend your message.\n\n"
        f"  {ADDRESS}\n    451 4.4.1 connection timed out\n\nIt will be retried for 4 days."
    )
    (event,) = parse(notice(text, subject="Warning: could not send message for past 4 hours"))
    assert (event.kind, event.reason) == (K.DELAYED, R.NETWORK)


def test_several_addresses_keep_their_reasons() -> None:
    text = (
        "Unable to deliver message to the following address(es).\n\n"
        "<ana@a.example>:\nUser unknown\n\n<bo@b.example>:\nmailbox full\n\n<eva@c.example>:\nUser unknown\n"
    )
    events = parse(notice(text))
    assert {event.reason: event.recipients for event in events} == {
        R.USER_UNKNOWN: ("ana@a.example", "eva@c.example"),
        R.MAILBOX_FULL: ("bo@b.example",),
    }


def test_x_failed_recipients_names_whom() -> None:
    raw = b"X-Failed-Recipients: ana@reader.example\n" + notice(
        "550 5.1.1 no such user, see list@other.example"
    )
    (event,) = parse(raw)
    assert event.recipients == (ADDRESS,)
