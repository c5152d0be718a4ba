"""What the head of a page says: OpenGraph (https://ogp.me), `meta` of other vocabularies, `title`, `link`."""

from urllib.parse import urljoin

from newsletter.pages.bylines import clean_author, join_names
from newsletter.pages.dates import iso_date
from newsletter.pages.html_tree import Element, text_of
from newsletter.pages.languages import language_tag
from newsletter.pages.outlets import clean_outlet
from newsletter.pages.page import LeadImage, PageFields
from newsletter.pages.plain import ADDRESS, HEADLINE, PARAGRAPH, plain_line

MOST_TAGS = 1_000
_NAMES = {
    "headline": "og:title twitter:title dc.title dcterms.title citation_title parsely-title sailthru.title",
    "outlet": (
        "og:site_name application-name apple-mobile-web-app-title dc.publisher dcterms.publisher "
        "citation_journal_title publisher article:publisher"
    ),
    "published": (
        "article:published_time og:published_time article:published datepublished pubdate publishdate "
        "publish-date parsely-pub-date sailthru.date dc.date.issued dcterms.created dc.date dcterms.date "
        "citation_publication_date date publication_date cxenseparse:recs:publishtime"
    ),
    "updated": (
        "article:modified_time og:updated_time article:modified datemodified last-modified lastmod "
        "dcterms.modified dc.date.modified"
    ),
    "description": "og:description description twitter:description dc.description dcterms.description",
    "image": "og:image:secure_url og:image og:image:url twitter:image twitter:image:src",
    "author": (
        "article:author author dc.creator dcterms.creator parsely-author citation_author sailthru.author "
        "cxenseparse:author byl"
    ),
}  # by precedence
_NO_PICTURE = ("logo", "placeholder", "fallback", "favicon", "default-share", "share-default", "blank.gif")


class Head:
    """The `meta` tags of a page by their name in lower case, each with all its values."""

    def __init__(self, tree: Element) -> None:
        self.values: dict[str, list[str]] = {}
        for number, tag in enumerate(tree.iter("meta")):
            if number >= MOST_TAGS:
                break
            name = (
                tag.get("property") or tag.get("name") or tag.get("itemprop") or tag.get("http-equiv") or ""
            )
            if (content := tag.get("content")) and not _in_item(tag):
                self.values.setdefault(name.strip().lower(), []).append(content)
        title = tree.find(".//title")
        self.title = plain_line(text_of(title), HEADLINE * 2) if title is not None else ""

    def first(self, *names: str) -> str:
        """The first value of the first of `names` that has one."""
        return next((value for name in names for value in self.values.get(name, []) if value.strip()), "")


def read_meta(head: Head, url: str) -> PageFields:
    """What OpenGraph and other `meta` tags say."""
    outlet = next(
        (
            name
            for key in _names("outlet")
            for value in head.values.get(key, [])
            if (name := _outlet(value, url))
        ),
        "",
    )
    language = language_tag(head.first("og:locale")) or language_tag(
        head.first("content-language", "dc.language")
    )
    return PageFields(
        headline=plain_line(head.first(*_names("headline")), HEADLINE * 2),
        byline=_authors(head, outlet, language),
        outlet=outlet,
        published=_date(head, "published"),
        updated=_date(head, "updated"),
        description=plain_line(head.first(*_names("description")), PARAGRAPH),
        language=language,
        image=_image(head, url),
    )


def declared_addresses(tree: Element, head: Head, url: str) -> list[str]:
    """The addresses that a page gives itself: `link rel=canonical`, then `og:url`; absolute."""
    links = [
        link.get("href", "")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    return [
        urljoin(url, link.strip())[:ADDRESS] for link in [*links[:1], head.first("og:url")] if link.strip()
    ]


def is_no_picture(address: str) -> bool:
    """Whether the name of a file says that it is a logo or stands in for a picture."""
    name = address.partition("?")[0].rpartition("/")[2].lower()
    return any(word in name for word in _NO_PICTURE) or address.startswith("data:")


def _names(kind: str) -> list[str]:
    return _NAMES[kind].split()


def _outlet(value: str, url: str) -> str:
    return "" if value.startswith(("http://", "https://")) else clean_outlet(value, url)


def _authors(head: Head, outlet: str, language: str) -> str:
    for name in _names("author"):
        values = head.values.get(name, [])[:20]
        if name == "citation_author":
            values = [_first_name_first(value) for value in values]
        byline = join_names((clean_author(value, outlet) for value in values), language)
        if byline:
            return byline
    return ""


def _first_name_first(name: str) -> str:
    """`Doe, Jane` as `Jane Doe`."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name


def _date(head: Head, kind: str) -> str:
    return next((day for name in _names(kind) if (day := iso_date(head.first(name)))), "")


def _image(head: Head, url: str) -> LeadImage | None:
    address = next((value for name in _names("image") if (value := head.first(name).strip())), "")
    if not address or is_no_picture(address):
        return None
    alt = plain_line(head.first("og:image:alt", "twitter:image:alt"), HEADLINE)
    return LeadImage(urljoin(url, address)[:ADDRESS], alt=alt)


def _in_item(tag: Element) -> bool:
    """Whether a `meta` belongs to a piece of microdata, which may be about anything."""
    return (
        tag.get("itemprop") is not None
        and not tag.get("name")
        and not tag.get("property")
        and any(above.get("itemscope") is not None for above in tag.iterancestors())
    )
