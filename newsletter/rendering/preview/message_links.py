"""The links of a message in its order: their words, where they lead, and what an editor should look at."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from lxml import etree

from newsletter.document.url_key import normal_url
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.preview.accessible import accessible_name
from newsletter.rendering.slot_writers import Values
from newsletter.rendering.slots import Slot, SlottedText


class LinkMark(StrEnum):
    """What is said of a link."""

    HTTP = "http"  # not encrypted
    REDIRECTED = "redirected"  # leads through our server when it is sent
    PERSONAL = "personal"  # a merge field or the reader's own token stands in it
    SAME_WORDS = "same_words"  # other links have the same words and lead elsewhere
    NO_WORDS = "no_words"
    EMPTY = "empty"  # leads nowhere


@dataclass(frozen=True)
class MessageLink:
    """One link as one reader gets it.

    words: its accessible name. path: the item or section it stands in, empty for what is around them.
    fields: the merge fields in its URL.
    """

    words: str
    url: str
    path: str = ""
    fields: tuple[str, ...] = ()
    marks: frozenset[LinkMark] = frozenset()

    @property
    def around_host(self) -> tuple[str, str, str]:
        """The URL before its host, the host, and the rest: what counts is the host.

        `https://bank.example@evil.example/` leads to `evil.example`. Without a host, all is in the rest.
        """
        begin, end = _host_span(self.url)
        return self.url[:begin], self.url[begin:end], self.url[end:]


def message_links(
    compiled: CompiledMessage, values: Values, paths: Sequence[str] = (), redirected: Collection[str] = ()
) -> tuple[MessageLink, ...]:
    """The links of `compiled` for the reader with `values`, with their marks.

    paths: where each stands, from `compile_with_links`. redirected: the URLs that go through our server when
    the message is sent, as `urls_followed` names them.
    """
    filled = _links_in(compiled.fill_html(values))
    tokens = [link.get("href", "") for link in _links_in(_with_tokens(compiled.html))]
    fields = {element.field for element in compiled.html if isinstance(element, Slot)}
    links = [
        MessageLink(
            words=accessible_name(link),
            url=link.get("href", "").strip(),
            path=paths[number] if number < len(paths) else "",
            fields=tuple(sorted(field for field in fields if _token(field) in tokens[number])),
        )
        for number, link in enumerate(filled)
    ]
    ambiguous = _ambiguous_words(links)
    return tuple(replace(link, marks=_marks(link, ambiguous, redirected)) for link in links)


def _host_span(url: str) -> tuple[int, int]:
    """Where the host of `url` begins and ends, its port included; two zeros without one."""
    try:
        authority = urlsplit(url).netloc
        end = url.index(authority) + len(authority)
    except ValueError:
        authority, end = "", 0
    if not authority and url.lower().startswith("mailto:"):
        authority = url.partition("?")[0]
        end = len(authority)
    host = authority.rpartition("@")[2]
    return (end - len(host), end) if len(host) < end else (0, 0)


def _links_in(html: str) -> list[etree._Element]:
    root = etree.fromstring(html, etree.HTMLParser())
    return [link for link in root.iter("a") if link.get("href") is not None]


def _token(field: str) -> str:
    return f"{{{{{field}}}}}"


def _with_tokens(html: SlottedText) -> str:
    """The HTML with the names of fields where a reader's values will stand."""
    return "".join(each if isinstance(each, str) else _token(each.field) for each in html)


def _ambiguous_words(links: Iterable[MessageLink]) -> set[str]:
    """The words that several links have that lead to different places."""
    places = defaultdict(set)
    for link in links:
        places[link.words.casefold()].add(normal_url(link.url))
    return {words for words, urls in places.items() if words and len(urls) > 1}


def _marks(link: MessageLink, ambiguous: set[str], redirected: Collection[str]) -> frozenset[LinkMark]:
    conditions = {
        LinkMark.HTTP: link.url.lower().startswith("http:"),
        LinkMark.REDIRECTED: bool(redirected) and not link.fields and normal_url(link.url) in redirected,
        LinkMark.PERSONAL: bool(link.fields),
        LinkMark.SAME_WORDS: link.words.casefold() in ambiguous,
        LinkMark.NO_WORDS: not link.words,
        LinkMark.EMPTY: not link.url,
    }
    return frozenset(mark for mark, holds in conditions.items() if holds)
