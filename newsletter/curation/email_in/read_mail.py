"""What a mail of anybody says that is of use: who sent it, its subject, and the links in its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from itertools import islice
from typing import Any

from newsletter.core.charsets import text_charset
from newsletter.core.errors import Refused
from newsletter.core.mail_headers import decoded_header, mailbox_in, raw_header
from newsletter.pages.find_urls import find_urls
from newsletter.pages.html_tree import parse_html, text_of

DEEPEST = 20  # parts within parts
MOST_PARTS = 200
MOST_ANCHORS = 5_000
# The library's parser compares each line with the boundary of each part that it is in, and takes time by the
# square of a header's length for its parameters: what is beyond these is not read.
MOST_BOUNDARIES = 40
MOST_LINES = 150_000
LONGEST_CONTENT_TYPE = 8_000  # octets
_BOUNDARY = re.compile(rb"boundary[*\d\s]*=", re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n?|\n")
_CONTENT_TYPE = re.compile(
    rb"(?:^|[\r\n])content-type:[^\r\n]*+(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+)*+", re.IGNORECASE
)
LONGEST_TEXT = 1_000_000  # characters that are read of a part
LONGEST_URL = 2_000
# What ends a subscription stands in many mails. It is no story, and with some senders asking for its page
# already ends the subscription of whoever forwarded the mail.
_ENDS_SUBSCRIPTION = re.compile(
    r"un-?subscri(?:be|ption)|opt-?_?out|abmelden|abbestellen|d[eé]sabonn\w{0,8}|se-?d[eé]sinscrire"
    r"|disiscriv\w{0,6}|disiscrizione|darse-?de-?baja|cancelar-?suscripci[oó]n|afmelden|uitschrijven"
    r"|(?:manage|update|email)[-_ ]?(?:your[-_ ])?(?:preferences|subscriptions?)",
    re.IGNORECASE,
)
_IN_URL = re.compile(rf"[/?&=]_?(?:{_ENDS_SUBSCRIPTION.pattern})(?:[/?&=#.]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """`sender`: “Name <address>”, or what there is of it. `urls`: each link once, in order."""

    sender: str
    subject: str
    urls: tuple[str, ...]


def read_mail(raw: bytes, *, own_url: str) -> Mail:
    """Read a mail; attachments are ignored, but for mails that are attached. `Refused` for what is none.

    Left out are links below `own_url`, which lead to ourselves, and those that end a subscription.
    """
    try:
        message = message_from_bytes(_beginning(raw))
        left_out = set(find_urls(raw_header(message, "List-Unsubscribe")))
        urls = dict.fromkeys(url for url in _urls(message) if url not in left_out and _is_story(url, own_url))
        return Mail(mailbox_in(message, "From"), decoded_header(message, "Subject"), tuple(urls))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        # The library's parser answers malformed mail with errors of many kinds.
        raise Refused("bad_mail", "This mail cannot be read.") from error


def _beginning(raw: bytes) -> bytes:
    """As much of a mail as can be read in some seconds; `ValueError` for a header that cannot."""
    if any(found.end() - found.start() > LONGEST_CONTENT_TYPE for found in _CONTENT_TYPE.finditer(raw)):
        message = "a Content-Type that is too long"
        raise ValueError(message)
    ends = [
        next(islice(pattern.finditer(raw), most, None), None)
        for pattern, most in ((_BOUNDARY, MOST_BOUNDARIES), (_LINE_END, MOST_LINES))
    ]
    return raw[: min((found.start() for found in ends if found), default=len(raw))]


def _urls(message: Message, depth: int = 0) -> list[str]:
    """The links in the texts of a mail, or of a part of it."""
    if depth > DEEPEST:
        return []
    if message.is_multipart():  # asking for the payload of a text would decode it by whatever it declares
        payload: Any = message.get_payload()
        parts = [part for part in payload[:MOST_PARTS] if isinstance(part, Message)]
        found = (_urls(part, depth + 1) for part in parts)
        if message.get_content_subtype() == "alternative":  # the same text, the best form last
            return next((urls for urls in reversed(list(found)) if urls), [])
        return [url for urls in found for url in urls]
    if message.get_content_maintype() != "text" or message.get_content_disposition() == "attachment":
        return []
    text = _text(message)
    return list(_urls_of_html(text)) if message.get_content_subtype() == "html" else find_urls(text)


def _urls_of_html(html: str) -> Iterator[str]:
    """Where the anchors lead, but for those whose words say that they end a subscription."""
    tree = parse_html(html).tree
    for number, anchor in enumerate(tree.iter("a")):
        if number >= MOST_ANCHORS:
            return
        href = anchor.get("href") or ""
        if href and not _ENDS_SUBSCRIPTION.search(text_of(anchor)[:200]):
            yield from find_urls(href.strip())[:1]


def _text(part: Message) -> str:
    """The text of a part in its charset, else in one that can be read; what is broken comes as U+FFFD."""
    payload: Any = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    for charset in (text_charset(part.get_content_charset() or ""), "utf-8"):
        if charset:
            try:
                return octets.decode(charset)[:LONGEST_TEXT]
            except ValueError:
                continue
    return octets.decode("cp1252", "replace")[:LONGEST_TEXT]


def _is_story(url: str, own_url: str) -> bool:
    ours = url == own_url or url.startswith(f"{own_url}/")
    return len(url) <= LONGEST_URL and not ours and not _IN_URL.search(url)
