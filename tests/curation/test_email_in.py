"""Mail of all makes: its links, its sender, its subject; what it must never do is harm."""

import base64
import time
from contextlib import suppress
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.curation.add import add_text
from newsletter.curation.email_in.read_mail import Mail, read_mail
from newsletter.curation.email_in.take_mail import MOST_LINKS, take_mail
from newsletter.curation.models import Via
from newsletter.publications.models import Publication

OURS = "https://news.example"
A, B = "https://post.example/a", "https://post.example/b"


def read(raw: bytes | EmailMessage | MIMEMultipart | MIMEText) -> Mail:
    return read_mail(raw if isinstance(raw, bytes) else raw.as_bytes(), own_url=OURS)


def html(body: str, charset: str = "utf-8") -> MIMEText:
    return MIMEText(body, "html", charset)


def test_a_plain_mail() -> None:
    message = EmailMessage()
    message["From"] = "Ána Müller <ana@press.example>"
    message["Subject"] = "Für Freitag: zwei Geschichten 🚢"
    message.set_content(f"Read ({A}).\n> {B}\n>> {A}\nand javascript:alert(1) data:text/html,x\n-- \nAna")
    mail = read(message)
    assert mail.urls == (A, B)
    assert (mail.sender, mail.subject) == (
        "Ána Müller <ana@press.example>",
        "Für Freitag: zwei Geschichten 🚢",
    )


def test_of_two_forms_of_a_text_the_better_one_is_read() -> None:
    both = MIMEMultipart("alternative")
    both.attach(MIMEText("https://short.example/x", "plain"))
    both.attach(html(f'<p><a href="{A}&#38;x=1">A</a> <img src="https://pixel.example/i.gif"></p>'))
    assert read(both).urls == (f"{A}&x=1",)
    both.attach(html("<p>No link here</p>"))
    assert read(both).urls == (f"{A}&x=1",)


def test_attachments_are_ignored_but_for_mails_that_are_attached() -> None:
    inner = MIMEMultipart("alternative")
    inner.attach(html(f'<a href="{B}">B</a>'))
    whole = MIMEMultipart("mixed")
    whole.attach(MIMEText(f"See {A}"))
    attached = MIMEText("https://attached.example/x")
    attached.add_header("Content-Disposition", "attachment", filename="list.txt")
    whole.attach(attached)
    whole.attach(MIMEApplication(b"https://binary.example/x"))
    forwarded = MIMEMessage(inner)
    forwarded.add_header("Content-Disposition", "attachment", filename="newsletter.eml")
    whole.attach(forwarded)
    assert read(whole).urls == (A, B)


def test_what_ends_a_subscription_and_our_own_links_are_left_out() -> None:
    body = html(
        f'<a href="{A}">Story</a><a href="https://list.example/c/77">Click here to unsubscribe</a>'
        '<a href="https://list.example/unsubscribe?u=1">x</a><a href="https://de.example/abmelden/1">x</a>'
        f'<a href="{OURS}/u/token">x</a><a href="{OURS}">x</a><a href="https://news.example.org/y">Y</a>'
        '<a href="https://post.example/how-to-unsubscribe-from-everything">Z</a>'
        '<a href="https://list.example/x9">Odd</a>'
    )
    body["List-Unsubscribe"] = "<https://list.example/x9>, <mailto:a@list.example>"
    expected = (A, "https://news.example.org/y", "https://post.example/how-to-unsubscribe-from-everything")
    assert read(body).urls == expected


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"text/plain; charset=iso-2022-jp", "日本 https://post.example/a 語".encode("iso-2022-jp")),
        (b"text/plain; charset=windows-1251", "Читай https://post.example/a".encode("cp1251")),
        (b"text/plain; charset=utf-8", "schön https://post.example/a".encode("cp1252")),  # it is not
        (b"text/plain; charset=no-such-charset", b"https://post.example/a"),
        (b"text/plain; charset=punycode", b"https://post.example/a " + b"9-" * 50),
        (b"text/plain; charset=punycode!", b"https://post.example/a " + b"b9-" * 50),
        (b"text/plain; charset=punycode", "schön https://post.example/a b9-b9".encode("cp1252")),
        (b"text/html", b"<a href=\"https://post.example/a\"\r\n>caf\xe9 \xf0\x9f</a>"),
        (b"text/html; charset=utf-16", b"\xff\xfe" + '<a href="https://post.example/a">'.encode("utf-16-le")),
        (b"plain; ;;=", b"https://post.example/a"),
        (b"text/plain\r\nContent-Transfer-Encoding: base64", base64.b64encode(b"See https://post.example/a")),
    ],
)  # fmt: skip
def test_odd_charsets_and_encodings(head: bytes, body: bytes) -> None:
    assert read(b"From: a@b.example\nContent-Type: " + head + b"\n\n" + body).urls == (A,)


@pytest.mark.parametrize(
    ("head", "sender", "subject"),
    [
        (b"From: =?utf-8?q?J=C3=BC?= <j@a.example>\nSubject: =?no-such?b?eA==?=", "Jü <j@a.example>", "x"),
        (b"From: caf\xe9 <c@a.example>\nSubject: \xe2\x82\xac 5", "caf� <c@a.example>", "€ 5"),
        (b"From: nobody\nSubject: =?utf-8?b?####?=", "nobody", ""),
        (b"Subject: a\n\tb\x00c\x1b", "", "a b c"),
        (b"From: <x@a.example>, <y@a.example>", "x@a.example", ""),
        (b"Subject: " + b"long " * 9_000, "", ("long " * 400).strip()),
    ],
)  # fmt: skip
def test_odd_headers(head: bytes, sender: str, subject: str) -> None:
    mail = read(head + b"\n\n" + A.encode())
    assert (mail.sender, mail.subject, mail.urls) == (sender, subject, (A,))


@given(
    st.binary(max_size=400), st.sampled_from([b"multipart/mixed", b"message/rfc822", b"text/html", b"\xff"])
)
def test_nonsense_is_read_or_refused(octets: bytes, kind: bytes) -> None:
    for raw in (octets, b"Content-Type: " + kind + b"; boundary=x\n\n--x\n" + octets):
        with suppress(Refused):
            read(raw)


def nested(depth: int) -> bytes:
    parts = (b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(depth))
    return b"".join(parts)


@pytest.mark.parametrize(
    ("raw", "urls"),
    [
        (nested(10) + b"\r\n" + A.encode(), (A,)),
        (nested(400) + b"\r\n" + b"--x\r\n" * 30_000 + A.encode(), ()),
        (b"\r\n" + A.encode() + b"\r\n" * 400_000 + B.encode(), (A,)),
    ],
    ids=["usual", "deep", "lines"],
)
def test_of_what_takes_long_the_beginning_is_read(raw: bytes, urls: tuple[str, ...]) -> None:
    begun = time.process_time()
    assert read(raw).urls == urls
    assert time.process_time() - begun < 3


def test_a_content_type_with_too_many_parameters_is_refused() -> None:
    for fold in (b"", b"\r\n "):
        with pytest.raises(Refused, match="cannot be read"):
            read(b"content-type: text/plain" + (b";" + fold + b"a=b") * 5_000 + b"\r\n\r\n" + A.encode())


def test_a_mail_of_a_thousand_links_brings_the_first_fifty(
    session: Session, publication: Publication
) -> None:
    [waiting] = add_text(session, publication, f"{A}?utm_source=x", via=Via.PASTE, actor="bo")
    body = "\n".join([A, *(f"https://post.example/{number}" for number in range(1_000))])
    raw = f"From: a@b.example\nSubject: Many\n\n{body}".encode()
    taken = take_mail(session, publication, raw, envelope_sender="", own_url=OURS)
    assert len(taken) == MOST_LINKS
    assert taken[0].id == waiting.id
    assert (taken[0].via, taken[0].note, taken[0].sender) == (Via.PASTE, "", "")
    assert taken[1].note == "Many\n(The mail has 951 more links.)"
    assert take_mail(session, publication, b"Subject: Hi\n\nHello", envelope_sender="", own_url=OURS) == []
