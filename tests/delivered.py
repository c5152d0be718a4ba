"""What a reader has in a copy, read from its octets as the sink recorded them."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from newsletter.core.links import REDIRECT_PATH, Links
from newsletter.core.tracking_tokens import read_link_token, read_reader

_HTML_URL = re.compile(r'(?:href|src)="(https?://[^"]+)"')
_TEXT_URL = re.compile(r"https?://[^\s<>]+")
_HEADER_URL = re.compile(r"<(https?://[^<>]+)>")


def read_copy(content: bytes) -> EmailMessage:
    """The message, its transfer encodings undone when asked for."""
    return message_from_bytes(content, policy=policy.default)


def urls_of(content: bytes) -> list[str]:
    """Every web address in it, each once: of HTML and text, pictures included, and List-Unsubscribe."""
    message = read_copy(content)
    urls = _HEADER_URL.findall(str(message["List-Unsubscribe"]))
    for part in message.walk():
        if part.get_content_type() == "text/html":
            urls += [url.replace("&amp;", "&") for url in _HTML_URL.findall(part.get_content())]
        elif part.get_content_type() == "text/plain":
            urls += _TEXT_URL.findall(part.get_content())
    return list(dict.fromkeys(urls))


def tracked_places(links: Links, content: bytes) -> set[tuple[int, int]]:
    """Mailing and place (`seq`) that the tracked links of a copy are of."""
    places = set()
    for url in urls_of(content):
        path = links.own_path(url)
        if path.startswith(REDIRECT_PATH):
            first, _, reader = path.removeprefix(REDIRECT_PATH).partition(".")
            mailing_id = read_link_token(links.signer, first).mailing_id
            places.add((mailing_id, read_reader(links.signer, mailing_id, reader).seq))
    return places
