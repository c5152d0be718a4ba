"""A compiled message, filled for anybody, is what the standard library would have built for that person."""

import html as html_library
import re
import unicodedata
from collections import Counter
from email import message_from_bytes, policy
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from urllib.parse import quote

import mailparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.rendering.compile import compile_message
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.slots import Slot, SlotMode, SlotTable
from newsletter.smtp.dkim import canonical_body

SUBJECT = "{first_name}, the week of Žižkov"
TEXT = "Dear {first_name},\n.\nFrom here: {site}/c?t={token}\n\n  {note}\t\n{unsubscribe_url}"
HTML = (
    '<!doctype html>\n<html lang="en"><head><title>W</title></head><body><p title="{first_name}">Dear '
    '{first_name}, {note}{note}</p><a href="{site}/c?t={token}&amp;x=1">שלום 😀</a>'
    '<a href="{unsubscribe_url}">Leave</a></body></html>'
)
DEFAULTS = {
    "first_name": 'reader & "friend"',
    "note": "",
    "token": "no ne",
    "unsubscribe_url": "https://x.example/",
}
MODES = {"token": SlotMode.URL_PART, "unsubscribe_url": SlotMode.URL}


def compiled() -> CompiledMessage:
    slots = SlotTable()
    marks = {
        field: slots.placeholder(Slot(field, default, MODES.get(field, SlotMode.TEXT)))
        for field, default in DEFAULTS.items()
    } | {"site": "https://x.example"}
    facts = MessageHeaders(
        from_email="news@example.org", from_name="Weekly", list_id="w.example.org", unsubscribe=True
    )
    return compile_message(
        HTML.format(**marks),
        TEXT.format(**marks),
        SUBJECT.format(**marks),
        facts,
        slots,
        preheader="For {first_name}".format(**marks),
    )


MESSAGE = compiled()
ALWAYS = {"email": "ana@example.org", "date": "Fri, 01 Jan 2027 08:00:00 +0000", "message_id": "7@x.example"}


def in_body(value: str) -> str:
    """What the body shows of a value: no control characters but tabs and line breaks."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in value if c in "\t\n" or unicodedata.category(c) != "Cc")


def in_header(value: str) -> str:
    spaced = "".join("\0" if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in value)
    return re.sub("\0+", " ", spaced).strip()


def by_library(values: dict[str, str]) -> EmailMessage:
    """The message for one recipient as the standard library builds it, header by header and part by part."""
    known = DEFAULTS | {field: value for field, value in values.items() if value.strip()} | ALWAYS
    shown = {
        field: quote(value, safe="") if field == "token" else in_body(value) for field, value in known.items()
    } | {"site": "https://x.example"}
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address("Weekly", addr_spec="news@example.org")
    message["To"] = Address(" ".join(in_header(values.get("name", "")).split()), addr_spec=known["email"])
    message["Subject"] = in_header(SUBJECT.format(first_name=known["first_name"]))
    message["Date"] = known["date"]
    message["Message-ID"] = f"<{known['message_id']}>"
    message["List-Id"] = "<w.example.org>"
    if values.get("unsubscribe_url", "").startswith("https:"):
        message["List-Unsubscribe"] = f"<{values['unsubscribe_url']}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["List-Post"] = "NO"
    message.set_content(TEXT.format(**shown), cte="quoted-printable")
    escaped = {field: html_library.escape(value) for field, value in shown.items()}
    message.add_alternative(HTML.format(**escaped), subtype="html", cte="quoted-printable")
    return message


def parse(octets: bytes) -> EmailMessage:
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def contents(message: EmailMessage) -> list[tuple[str, str]]:
    return [
        (part.get_content_type(), part.get_content().replace("\r\n", "\n"))
        for part in message.iter_parts()
        if isinstance(part, EmailMessage)
    ]


def octets_of(message: EmailMessage) -> list[tuple[str, object]]:
    """Each part with its decoded octets, in order."""
    return [(part.get_content_type(), part.get_payload(decode=True)) for part in message.iter_parts()]


def assert_well_formed(octets: bytes) -> None:
    """Lengths of lines (RFC 5322 §2.1.1, RFC 2045 §6.7), their ends, and fields that stand once (§3.6)."""
    header, _, body = octets.partition(b"\r\n\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", octets)
    assert all(len(line) <= 998 for line in header.split(b"\r\n"))
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    assert octets.endswith(b"--\r\n")
    names = Counter(re.findall(rb"(?m)^([!-9;-~]+):", header))
    for name in (b"Date", b"From", b"To", b"Subject", b"Message-ID", b"MIME-Version", b"Content-Type"):
        assert names[name] == 1, name
    assert names[b"List-Unsubscribe-Post"] <= names[b"List-Unsubscribe"] <= 1


ODD = st.sampled_from("\r\n\0 \t<>&\"'=?.,;:%{}é😀\u05e9\u2028\x85\u0301\u200d")
TEXTS = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), ODD), max_size=120)
WORDS = TEXTS.filter(lambda text: "=?" not in text)  # the library decodes such a name instead of writing it
URLS = st.from_regex(r"https://[a-z]{1,20}\.example/[A-Za-z0-9_=&./?%-]{0,150}", fullmatch=True).filter(
    lambda url: "=?" not in url
)


@given(
    st.fixed_dictionaries(
        {},
        optional={"name": WORDS, "first_name": WORDS, "note": TEXTS, "token": TEXTS, "unsubscribe_url": URLS},
    )
)
@example({"name": 'Ana "Bo", Jr.', "first_name": "Ana\r\nBcc: x@y.example", "note": "</p><script>&amp;"})
@example({"first_name": "Žofie" * 20, "note": ".\n..\nFrom x\r\n \r.", "token": "a/b?c&d=é"})
@example({"note": "=\r\n--=_x\r\n", "first_name": "   ", "name": "\0"})
@example({"note": "x &amp; y", "first_name": "O'Neil &lt;", "token": "a'b&c"})
@example({"note": "=41", "first_name": "x=41", "token": "=41", "unsubscribe_url": "https://x.example/=41"})
def test_a_filled_message_is_what_the_library_builds(values: dict[str, str]) -> None:
    octets = MESSAGE.fill(values | ALWAYS)
    assert_well_formed(octets)
    ours, theirs = parse(octets), by_library(values)
    assert octets_of(ours) == octets_of(parse(theirs.as_bytes()))
    names = [name for name in ours.keys() if name not in ("MIME-Version", "Content-Type")]  # noqa: SIM118
    assert names == [name for name in theirs.keys() if name not in ("MIME-Version", "Content-Type")]  # noqa: SIM118
    for name in names:
        if name != "To":
            assert str(ours[name]) == str(theirs[name]), name
    assert isinstance(ours["To"], AddressHeader)
    (to,) = ours["To"].addresses
    # the library's parser puts spaces between the encoded words of one display name
    assert to.display_name.replace(" ", "") == theirs["To"].addresses[0].display_name.replace(" ", "")
    assert to.addr_spec == "ana@example.org"
    if url := values.get("unsubscribe_url"):
        assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in octets
    assert ours.get_content_type() == "multipart/alternative"
    assert not ours.defects


ANYTHING = st.text(st.one_of(st.characters(), ODD, st.just("\ud800")), max_size=200)


@given(st.dictionaries(st.sampled_from(["email", "name", "date", "message_id", *DEFAULTS]), ANYTHING))
@example({"email": "a" * 2000 + "@x.example", "date": "d" * 2000, "message_id": "m" * 2000})
@example({"first_name": "From me", "note": ".", "token": "."})
@example({"first_name": "A  B", "note": " \t  \t x   "})
@example({"first_name": "x" * 76, "note": "x" * 75 + ".", "token": "x" * 77})
def test_no_value_stops_a_message_or_breaks_its_form(values: dict[str, str]) -> None:
    octets = MESSAGE.fill(ALWAYS | values)
    assert_well_formed(octets)
    assert octets.partition(b"\r\n\r\n")[2].isascii()
    assert not re.search(rb"\n(?:\.|From )", octets), (
        "a line would need dot-stuffing, or an escape in a mailbox"
    )
    body = octets.partition(b"\r\n\r\n")[2]
    assert canonical_body(body) == body, "DKIM would have to look for white space"
    assert len(list(parse(octets).iter_parts())) == 2


@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), TEXTS))
def test_the_previews_show_what_is_sent(values: dict[str, str]) -> None:
    message = parse(MESSAGE.fill(values | ALWAYS))
    assert contents(message) == [
        ("text/plain", MESSAGE.fill_text(values)),
        ("text/html", MESSAGE.fill_html(values)),
    ]
    assert str(message["Subject"]) == MESSAGE.fill_subject(values)


@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), TEXTS))
def test_a_stored_message_fills_to_the_same_bytes(values: dict[str, str]) -> None:
    again = CompiledMessage.from_json(MESSAGE.to_json())
    assert again == MESSAGE
    assert again.fill(values | ALWAYS) == MESSAGE.fill(values | ALWAYS)


def test_compiling_again_gives_the_same_bytes_though_placeholders_differ() -> None:
    assert compiled() == MESSAGE
    assert compiled().fill(ALWAYS) == MESSAGE.fill(ALWAYS)


def test_a_second_parser_reads_the_same() -> None:
    values = ALWAYS | {
        "name": "Žofie, Nová",
        "first_name": "Žofie",
        "unsubscribe_url": "https://x.example/u/1",
    }
    mail = mailparser.parse_from_bytes(MESSAGE.fill(values))
    assert mail.subject == "Žofie, the week of Žižkov"
    assert mail.from_ == [("Weekly", "news@example.org")]
    assert mail.to == [("Žofie, Nová", "ana@example.org")]
    assert mail.message_id == "<7@x.example>"
    assert [text.replace("\r\n", "\n") for text in mail.text_plain] == [MESSAGE.fill_text(values)]
    assert [text.replace("\r\n", "\n") for text in mail.text_html] == [MESSAGE.fill_html(values)]
    assert mail.headers["List-Unsubscribe"] == "<https://x.example/u/1>"
    assert not mail.defects


@pytest.mark.parametrize("field", ["email", "date", "message_id"])
def test_a_message_cannot_do_without_its_addressee_date_and_id(field: str) -> None:
    with pytest.raises(KeyError, match=field):
        MESSAGE.fill({name: value for name, value in ALWAYS.items() if name != field})


@pytest.mark.parametrize("value", ["", " ", "\n\t"])
def test_a_blank_value_gives_way_to_the_default(value: str) -> None:
    assert "Dear reader &amp; &quot;friend&quot;," in MESSAGE.fill_html({"first_name": value})
    assert 'Dear reader & "friend",' in MESSAGE.fill_text({"first_name": value})
    assert MESSAGE.fill_subject({"first_name": value}).startswith('reader & "friend",')
    assert MESSAGE.fill_preheader({}) == 'For reader & "friend"'


def test_values_are_written_for_where_they_stand() -> None:
    values = {"first_name": "<Ana>", "token": "a b&c", "unsubscribe_url": "https://x.example/?a=1&b=2"}
    html, text = MESSAGE.fill_html(values), MESSAGE.fill_text(values)
    assert '<p title="&lt;Ana&gt;">Dear &lt;Ana&gt;,' in html
    assert 'href="https://x.example/c?t=a%20b%26c&amp;x=1"' in html
    assert 'href="https://x.example/?a=1&amp;b=2"' in html
    assert "Dear <Ana>," in text
    assert "https://x.example/?a=1&b=2" in text


def test_an_address_beyond_ascii_stands_in_the_header_as_it_is() -> None:
    octets = MESSAGE.fill(ALWAYS | {"email": "žofie@příklad.example"})
    assert "\r\nTo: <žofie@xn--pklad-zsa96e.example>\r\n".encode() in octets


def test_sizes_and_fields_are_known() -> None:
    assert MESSAGE.html_bytes == len(MESSAGE.fill_html({}).encode())
    assert MESSAGE.fields == {"email", "name", "date", "message_id", *DEFAULTS}


def test_another_format_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="format"):
        CompiledMessage.from_json(MESSAGE.to_json().replace('"format":1', '"format":2'))
