"""Messages to people with difficult names and addresses, read by parsers and verifiers of others.

The standard library reads strictly, mail-parser gives a second opinion, dkimpy verifies, lxml reads the HTML,
html5lib looks for its parse errors, axe at how it is shown. All have to find the same person, one of each
header, and both parts whole. `make soak` does all of it for 255 messages: each person in each theme and
language.
"""

import email
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address, AddressHeader, UnstructuredHeader
from email.message import EmailMessage
from itertools import cycle, product

import dkim as dkimpy
import html5lib
import mailparser
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from lxml import html as lxml_html
from playwright.sync_api import Browser

from newsletter.core.bidi import FIRST_STRONG_ISOLATE, POP_ISOLATE
from newsletter.core.links import Links
from newsletter.core.tokens import Signer as TokenSigner
from newsletter.document.reading import read
from newsletter.issues.recipient import MailingIdentity, Recipient, first_name, recipient_values
from newsletter.rendering.compile import compile_message
from newsletter.rendering.compose import compose
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.themes import THEMES
from newsletter.smtp.dkim import Signer, sign
from tests.extent import SOAK, usual
from tests.features.looking import look, open_tab
from tests.rendering.issues import issue_of, reference_digest

NAMES = [
    'Ana "La Jefa" Ruiz',
    "O’Connor, Séamus",
    "Ruiz, Ana",
    "Back\\slash (comment) <angle@brackets>",
    "ليلى حداد",
    "שרה כהן, ד״ר",
    "👩‍🔧 Zoë 🎉",
    "水曜日 花子",
    "x" * 200,
    "Ž" * 200,
    "=?utf-8?q?Bcc=3A_x?=",
    "a,b;c:d@e",
    "Line\r\nBcc: eve@evil.example",
    "\u202eevil",
    "محمد Smith 3rd",
    "Dr. Łucja Ó Briain-Żak (née Ĉapek)",
    "",
]
ADDRESSES = [
    "ana@example.org",
    "Ana.RUIZ+News@EXAMPLE.org",
    "o'connor@xn--bcher-kva.example",
    "Maria+Plus.2@XN--FA-HIA.example",
    "a" * 64 + "@example.org",
    "{odd}!#$%&*/=?^_`|~-@example.org",
]
SIGNER = Signer("press.example", "s", generate_private_key(public_exponent=65_537, key_size=2048))
IDENTITY = MailingIdentity(
    7, Links("https://news.press.example", TokenSigner(["secret"])), "press.example", "The Weekly"
)
LANGUAGES = ["en", "de", "it", "fr", "ar"]
ALL = list(product(THEMES.keys(), LANGUAGES))
LOOKS = usual([("gazette", "en"), ("bulletin", "ar"), ("poster", "de")], soak=ALL)
BOTH_WAYS = usual(list(product(THEMES.keys(), ["en", "ar"])), soak=ALL)
AT = 1_790_000_000
WHEN = datetime.fromtimestamp(AT, UTC)


def compiled(theme: str, language: str, stories: int | None = None) -> CompiledMessage:
    """The weekly digest, with so many stories in each section at the most."""
    digest = reference_digest().model_dump(mode="json", exclude_defaults=True)
    digest["language"] = language
    for section in digest["sections"]:
        if "items" in section:
            section["items"] = section["items"][:stories]
    digest["subject"] = 'For {{ first_name | default: "you" }}: five stories'
    digest["sections"].insert(0, {"type": "text", "text": 'Dear {{ name | default: "reader" }}, hello.'})
    made = compose(issue_of(document=read(digest), theme=theme))
    headers = MessageHeaders(
        from_email="news@press.example",
        from_name='The "Weekly", Žižkov',
        list_id="weekly.press.example",
        list_name="The Weekly",
        unsubscribe=True,
    )
    return compile_message(made.html, made.text, made.subject, headers, made.slots, preheader=made.preheader)


def people() -> list[tuple[str, str]]:
    addresses = cycle(ADDRESSES)
    return [(name, next(addresses)) for name in NAMES]


def shown(name: str) -> str:
    """`name` as a message shows it: on one line, turned nowhere."""
    return " ".join(name.replace("\u202e", "").split())


def dns(name: bytes, **_: object) -> bytes | None:
    return SIGNER.record.encode() if name.decode().rstrip(".") == SIGNER.record_name else None


def without_isolates(text: str) -> str:
    return text.replace(FIRST_STRONG_ISOLATE, "").replace(POP_ISOLATE, "")


def check_headers(raw: bytes, name: str, address: str) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=policy.SMTP.clone(raise_on_defect=True))
    assert isinstance(message, EmailMessage)
    names = [header.lower() for header in message]
    assert len(names) == len(set(names))
    assert "bcc" not in names
    to, subject, sender = message["To"], message["Subject"], message["From"]
    assert isinstance(to, AddressHeader)
    assert isinstance(sender, AddressHeader)
    assert isinstance(subject, UnstructuredHeader)
    (person,) = to.addresses
    assert isinstance(person, Address)
    assert person.addr_spec.lower() == address.lower()
    # Python 3.11 keeps the blanks between the encoded words of a phrase, which RFC 2047 §6.2 takes away.
    assert person.display_name.replace(" ", "") == shown(name).replace(" ", "")
    assert sender.addresses[0].display_name == 'The "Weekly", Žižkov'
    assert without_isolates(str(subject)) == f"For {shown(first_name(name)) or 'you'}: five stories"
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return message


def parse_errors(html: str) -> list[object]:
    """What the HTML standard calls a parse error."""
    parser = html5lib.HTMLParser()
    parser.parse(html)
    return list(parser.errors)


def filled(message: CompiledMessage, seq: int, name: str, address: str) -> bytes:
    values = recipient_values(IDENTITY, Recipient(seq, seq, seq, address, name, {}), WHEN)
    return sign(message.fill(values), [SIGNER], AT)


def html_part(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    html: str = part.get_content()
    return html


@pytest.mark.parametrize(("theme", "language"), LOOKS)
def test_parsers_of_others_find_the_same_person_and_both_parts(theme: str, language: str) -> None:
    message = compiled(theme, language)
    for seq, (name, address) in enumerate(people(), start=1):
        raw = filled(message, seq, name, address)
        parsed = check_headers(raw, name, address)
        assert dkimpy.DKIM(raw).verify(dnsfunc=dns)
        second = mailparser.parse_from_bytes(raw)
        assert second.to[0][1].lower() == address.lower()
        assert len(second.text_plain) == len(second.text_html) == 1
        text, html = parsed.get_body(("plain",)), html_part(parsed)
        assert text is not None
        greeting = f"Dear {shown(name) or 'reader'}, hello."
        assert greeting in " ".join(without_isolates(text.get_content()).replace("\u202e", "").split())
        tree = lxml_html.document_fromstring(html)
        assert greeting in " ".join(tree.text_content().split())
        assert not tree.xpath("//script | //angle")
        if SOAK or seq % 6 == 1:  # it takes longer than all others together
            assert parse_errors(html) == []


@pytest.mark.browser
@pytest.mark.parametrize(("theme", "language"), BOTH_WAYS)
def test_the_html_part_is_accessible_and_does_not_scroll_sideways(
    chrome: Browser, theme: str, language: str
) -> None:
    message = compiled(theme, language, stories=usual(1, soak=100))
    tab = open_tab(chrome)
    for seq, (name, address) in enumerate(people() if SOAK else [("x" * 200, ADDRESSES[0])], start=1):
        raw = filled(message, seq, name, address)
        tab.set_content(html_part(check_headers(raw, name, address)))
        assert look(tab, email=True, widths=(320,)) == []
