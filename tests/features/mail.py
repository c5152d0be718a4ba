"""What every message must be (RFC 5322, 2045, 2047, 2369, 2919, 8058), held against what was received."""

import re
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import mailparser

EXACTLY_ONCE = (
    *("date", "from", "subject", "message-id", "to", "reply-to"),
    *("list-unsubscribe", "list-unsubscribe-post", "list-id", "list-post", "list-help", "list-owner"),
    *("list-archive", "feedback-id", "mime-version", "content-type"),
)
NEVER = ("bcc", "cc", "return-path", "sender", "received", "auto-submitted", "content-transfer-encoding")
# RFC 5322 §2.1.1; a line of a header may be longer than 78 where it has no place to be folded at.
LONGEST, WISHED = 998, 78
LONGEST_ENCODED = 76  # RFC 2045 §6.7
LONGEST_WORD = 75  # RFC 2047 §2
UNFILLED = re.compile(rb"\{\{|=7B=7B|s[0-9a-f]{10}x\d{3,}z")
ENCODED_WORD = re.compile(rb"=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=")
CLASS_IN_SELECTOR = re.compile(r"\.[a-z_-]")
CELLS = ("td", "p", "h1", "h2", "h3", "a", "img", "li", "ul")


def check_line_ends(octets: bytes) -> None:
    """On the wire every line ends with CRLF, and neither octet stands alone (RFC 5322 §2.3)."""
    assert octets.endswith(b"\r\n")
    assert octets.count(b"\r") == octets.count(b"\n") == octets.count(b"\r\n")


def headers_of(raw: bytes) -> dict[str, str]:
    """Name, in small letters, and unfolded value of each header; fails where one is not what it must be."""
    head = raw.partition(b"\n\n")[0]
    assert head.isascii(), head
    fields = [
        (name.lower().decode(), value.strip().decode())
        for name, _, value in (
            field.partition(b":") for field in re.sub(rb"\n(?=[ \t])", b"", head).split(b"\n")
        )
    ]
    times = Counter(name for name, _ in fields)
    assert {name: times[name] for name in EXACTLY_ONCE} == dict.fromkeys(EXACTLY_ONCE, 1), head
    assert not times.keys() & set(NEVER), head
    return dict(fields)


def check_lines(raw: bytes) -> None:
    """Lines are short: everywhere where they can be, and never longer than the standard allows."""
    head, _, body = raw.partition(b"\n\n")
    for line in head.split(b"\n"):
        assert len(line) <= LONGEST, line
        _, _, value = line.partition(b": ")
        assert len(line) <= WISHED or b" " not in value.strip(), line
    for word in ENCODED_WORD.findall(head):
        assert len(word) <= LONGEST_WORD, word
    assert max(map(len, body.split(b"\n"))) <= LONGEST_ENCODED
    assert b"\r" not in raw
    assert b"\0" not in raw


def parse(raw: bytes) -> EmailMessage:
    """The message as the standard library reads it; fails on any defect, also of a header."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    for whole_or_part in message.walk():
        assert not whole_or_part.defects, whole_or_part.defects
        for name, value in whole_or_part.items():
            assert not value.defects, (name, value.defects)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for part in message.iter_parts():
        assert part.get_content_charset() == "utf-8"
        assert part["content-transfer-encoding"] == "quoted-printable"
    return message


def check_second_parser(raw: bytes, message: EmailMessage, name: str, email: str) -> None:
    """A parser that we did not write reads the same, and finds the reader's name in To."""
    other = mailparser.parse_from_bytes(raw)
    assert not other.has_defects, other.defects
    assert not other.address_header_defects
    assert not other.date_header_defects
    assert other.to == [(name, email)]
    assert other.subject == message["subject"]
    for text, subtype in ((other.text_plain, "plain"), (other.text_html, "html")):
        assert [part.strip() for part in text] == [content(message, subtype).strip()]


def content(message: EmailMessage, subtype: str) -> str:
    """The decoded text of the part text/`subtype`, with LF."""
    part = message.get_body((subtype,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text


def check_inlined(html: str) -> None:
    """What shows has its look in style attributes; classes serve only what cannot be inlined."""
    seen = Elements(html)
    for tag, attributes in seen.elements:
        assert tag not in CELLS or attributes.get("style"), (tag, attributes)
    for selector in _plain_selectors(seen.styles):
        assert not CLASS_IN_SELECTOR.search(selector), selector
    assert "<link" not in html
    assert len(html.encode()) < 90_000


def links(html: str) -> set[str]:
    """Every address that the HTML leads to or loads."""
    found = Elements(html).elements
    return {value for _, attributes in found for name in ("href", "src") if (value := attributes.get(name))}


class Elements(HTMLParser):
    """The start tags of a document in order, and its stylesheets; what only MSO sees is left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.styles = ""
        self._in_style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.styles += data

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False


def _plain_selectors(css: str) -> Iterator[str]:
    """The selectors of rules that could have been inlined: no @-rule, no attribute, no pseudo-class."""
    depth_removed = re.sub(r"@[a-z-]+[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
    for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", depth_removed):
        yield from (one for one in selectors.split(",") if "[" not in one and ":" not in one)
