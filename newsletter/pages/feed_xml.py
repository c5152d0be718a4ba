"""XML of any make as what a strict parser reads: UTF-8, without entities, and without what is never shown.

libxml2 mends what is broken, and quickly. What it mends is read by feedparser, which knows all the dialects
of feeds, but took nine seconds for 10 MB: so it never sees the descriptions, only their numbers.
"""

import html.entities
import io
import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from newsletter.core.charsets import text_charset
from newsletter.pages.feed_items import LONGEST_LINE, LONGEST_SUMMARY, MOST_ITEMS

_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf)(?=[\s>])", re.IGNORECASE)
_HTML: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_HEAD: Final = 20_000  # characters in which the root has to begin; servers put warnings before it
_BAD_CHARACTERS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ENTITY: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{0,31});")  # not XML's own
_DECLARED_CHARSET: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
# Begins no tag. libxml2 takes time that grows with the square of their number.
_STRAY: Final = re.compile(r"<(?!/?[A-Za-z_][^<>]*>|!\[CDATA\[|!--|\?)")
# Prefixes that feeds use without saying what they mean.
_PREFIXES: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
# Of all the others nothing is shown, and each costs feedparser a tenth of a millisecond.
_READ: Final = frozenset(
    (
        *("channel", "item", "entry", "title", "link", "guid", "id", "author", "creator", "name", "language"),
        *("pubdate", "published", "issued", "updated", "modified", "created", "date", "origlink"),
        *("description", "summary", "content", "encoded", "body", "enclosure"),
        *("ttl", "updateperiod", "updatefrequency"),
    )
)
# Of Media RSS only what leads to a picture: its titles would replace those of the item.
_MEDIA: Final = "{http://search.yahoo.com/mrss/}"
_ITUNES_IMAGE: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}image"
_MOST_TAGS: Final = 300_000
_TAG_OR_CDATA: Final = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<", re.DOTALL)
_MOST_CHILDREN: Final = 100
# Not those of Media RSS.
_NAMESPACE: Final = r"(?:\{(?!http://search\.yahoo\.com)[^}]*\})?"
_TEXT: Final = re.compile(f"{_NAMESPACE}(?:description|summary|content|encoded|body)")
_TITLE: Final = re.compile(f"{_NAMESPACE}title")
_PERSON: Final = re.compile(r"(?:\{[^}]*\})?(?:author|creator|name)")
_ADDRESS: Final = re.compile(r"<?(?:mailto:)?[^\s@<>()]{1,100}@[^\s@<>()]+>?")
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_SURPLUS: Final = "surplus"
_KEPT_MEDIA: Final = frozenset({"group", "content", "thumbnail", "credit"})


@dataclass(frozen=True)
class CleanFeed:
    """`xml` is well-formed and UTF-8. Its descriptions are numbers: places in `texts`, which are HTML."""

    xml: bytes
    texts: list[str]


def is_html(text: str) -> bool:
    """Whether `text` begins as a page does, and not as a feed."""
    root, page = _ROOT.search(text, 0, _HEAD), _HTML.search(text, 0, _HEAD)
    return page is not None and (root is None or page.start() < root.start())


def decode_feed(body: bytes, charset: str) -> str:
    """The text of `body`: UTF-8 wherever it is that, else as it or its server (`charset`) declares.

    Nearly nothing else is valid UTF-8 by chance, while declarations of it and of others are often wrong.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    declared = _DECLARED_CHARSET.search(body, 0, 1_000)
    of_server, of_feed = text_charset(charset), text_charset(declared[1].decode("ascii") if declared else "")
    candidates = ["utf-8-sig", of_server, of_feed, "windows-1252"]
    if b"\x00" in body[:4]:
        candidates[0] = "utf-16-be" if body[:1] == b"\x00" else "utf-16-le"
    if b"\x1b" in body:  # ISO 2022, whose octets are all ASCII
        candidates.insert(0, of_feed or of_server)
    for candidate in candidates:
        try:
            return body.decode(candidate) if candidate else body.decode("ascii")
        except ValueError:
            continue
    return body.decode("utf-8", "replace")


def clean_feed(text: str) -> CleanFeed | None:
    """The feed in `text`, with at most `MOST_ITEMS` items; None when it is none."""
    root = _ROOT.search(text, 0, _HEAD)
    if not root:
        return None
    # What stands before the root is left out, and with it the DTD: no entity is ever declared.
    text = _BAD_CHARACTERS.sub("", text[root.start() : _end(text)])
    text = _declare_prefixes(_STRAY.sub("&lt;", _ENTITY.sub(_character, text)))
    parsed = etree.iterparse(
        io.BytesIO(text.encode()), tag=("{*}item", "{*}entry"), recover=True, resolve_entities=False,
        no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    shortening = _Shortening()
    for _event, item in parsed:
        if len(shortening.items) < MOST_ITEMS:
            shortening.items.add(item)
            shortening.shorten(item)
        else:
            item.clear()
            item.tag = _SURPLUS
    if parsed.root is None:
        return None
    etree.strip_elements(parsed.root, _SURPLUS, with_tail=False)
    shortening.shorten(parsed.root)
    return CleanFeed(etree.tostring(parsed.root, encoding="utf-8"), shortening.texts)


def _end(text: str) -> int:
    """Where more tags begin than a thousand articles have, which would take memory for nothing."""
    if text.count("<") <= _MOST_TAGS:
        return len(text)
    surplus = next(islice(_TAG_OR_CDATA.finditer(text), _MOST_TAGS, None), None)
    return surplus.start() if surplus else len(text)


def _character(entity: re.Match[str]) -> str:
    code = html.entities.name2codepoint.get(entity[1])
    return f"&#{code};" if code else ""


def _declare_prefixes(text: str) -> str:
    end = text.find(">")
    start_tag = text[:end].rstrip("/")
    missing = (
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in _PREFIXES.items()
        if f"xmlns:{prefix}=" not in start_tag and f"xmlns:{prefix} " not in start_tag
    )
    return f"{start_tag}{''.join(missing)}{text[len(start_tag) :]}" if end > 0 else text


class _Shortening:
    """Of one feed: the items that were seen, and the texts that were taken out of it."""

    def __init__(self) -> None:
        self.items: set[etree._Element] = set()
        self.texts: list[str] = []

    def shorten(self, element: etree._Element) -> None:
        """Take out of `element` what is not read, and its long texts, whose numbers stay."""
        children = list(element)
        if children:
            element.text = None  # what stands between elements means nothing
        for child in children:
            child.tail = None
            if child in self.items:
                continue
            if not _is_read(child.tag):
                element.remove(child)
            elif _TEXT.fullmatch(child.tag):
                self._take_out(child)
            elif _TITLE.fullmatch(child.tag):
                _write_as_text(child)
            else:
                self._shorten_inside(child)
        del element[MOST_ITEMS + _MOST_CHILDREN :]

    def _shorten_inside(self, element: etree._Element) -> None:
        for attribute in [key for key in element.attrib if ":" in key and not key.startswith("{")]:
            del element.attrib[attribute]
        element.text = (element.text or "")[:LONGEST_LINE]
        if _PERSON.fullmatch(element.tag):
            element.text = _name_of(element.text)
        self.shorten(element)

    def _take_out(self, element: etree._Element) -> None:
        text = _markup(element)[: LONGEST_SUMMARY + 1_000].strip()
        element.clear()
        if text:
            element.text = str(len(self.texts))
            self.texts.append(text)


def _is_read(tag: str) -> bool:
    namespace, _, name = tag.rpartition("}")
    if f"{namespace}}}" == _MEDIA:
        return name in _KEPT_MEDIA
    if tag.lower() == _ITUNES_IMAGE:
        return True
    return name.lower() in _READ  # and no `prefix:name`, whose prefix nobody declared


def _write_as_text(element: etree._Element) -> None:
    """Markup that stands in the XML as it is becomes a text, as most feeds have it."""
    text = _markup(element)[: LONGEST_LINE * 2]
    if len(element) or not element.tag.startswith(_ATOM):  # RSS does not say what it is
        for child in list(element):
            element.remove(child)
        element.set("type", "html")
    element.text = text


def _name_of(person: str) -> str:
    """The name in `ana@news.example (Ana Ruiz)`, as RSS has it, or in `Ana Ruiz <ana@news.example>`."""
    name = _ADDRESS.sub("", person).strip()
    return name[1:-1].strip() if name.startswith("(") and name.endswith(")") else name


def _markup(element: etree._Element) -> str:
    if len(element) == 0:
        return element.text or ""
    whole: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return whole
