"""What a mail of anybody says that is of use: who sent it, its subject, and the links in its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any

from newsletter.core.errors import Refused
from newsletter.core.mail_body import DEEPEST, MOST_PARTS, part_text, readable_beginning
from newsletter.core.mail_headers import decoded_header, mailbox_in, raw_header
from newsletter.pages.find_urls import find_urls
from newsletter.pages.html_tree import parse_html, text_of

MOST_ANCHORS = 5_000
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
        message = message_from_bytes(readable_beginning(raw))
        left_out = set(find_urls(raw_header(message, "List-Unsubscribe")))
        urls = dict.fromkeys(url for url in _urls(message) if url not in left_out and _is_story(url, own_url))
        return Mail(mailbox_in(message, "From"), decoded_header(message, "Subject"), tuple(urls))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        # The library's parser answers malformed mail with errors of many kinds.
        raise Refused("bad_mail", "This mail cannot be read.") from error


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
    text = part_text(message)
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


def _is_story(url: str, own_url: str) -> bool:
    ours = url == own_url or url.startswith(f"{own_url}/")
    return len(url) <= LONGEST_URL and not ours and not _IN_URL.search(url)
