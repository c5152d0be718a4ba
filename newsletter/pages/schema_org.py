"""The vocabulary of schema.org: what an article's node says, whether it came as JSON-LD or as microdata."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from newsletter.pages.bylines import clean_author, join_names
from newsletter.pages.credits import clean_credit, split_credit, without_credit
from newsletter.pages.dates import iso_date
from newsletter.pages.headlines import same_headline
from newsletter.pages.languages import language_tag
from newsletter.pages.outlets import clean_outlet
from newsletter.pages.page import LeadImage, PageFields
from newsletter.pages.plain import ADDRESS, HEADLINE, PARAGRAPH, plain_line

Node = dict[str, Any]
ARTICLES = ("Article", "BlogPosting", "Posting", "Report", "Review", "Recipe")  # the ends of their types
PAGES = ("WebPage", "ItemPage", "VideoObject")
_CREDITS = ("creditText", "copyrightNotice", "copyrightHolder", "creator", "author", "provider")


@dataclass
class Nodes:
    """All nodes of a page, and those that others refer to by `@id`."""

    nodes: list[Node]
    by_id: dict[str, Node] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """The node that `value` refers to, or `value` itself."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and len(value) <= 3:
            return {**self.by_id.get(value["@id"], {}), **value}
        return value

    def of_types(self, endings: tuple[str, ...]) -> list[Node]:
        """The nodes whose type ends in one of `endings`."""
        return [node for node in self.nodes if any(kind.endswith(endings) for kind in types_of(node))]


def types_of(node: Node) -> list[str]:
    """The types of a node, without their vocabulary: `https://schema.org/NewsArticle` → `NewsArticle`."""
    return [str(kind).rpartition("/")[2].rpartition(":")[2] for kind in as_list(node.get("@type"))]


def as_list(value: Any) -> list[Any]:
    """`value` as a list, as each property may have one value or many."""
    if value is None:
        return []
    return value[:100] if isinstance(value, list) else [value]


def choose_article(nodes: Nodes, url: str, titles: Iterable[str]) -> Node | None:
    """The node of the article that the page at `url` is about.

    Pages describe other articles too (the most read, related ones): a node that bears another address and
    another headline than the page is not the page's.
    """
    articles, titles = nodes.of_types(ARTICLES), [title for title in titles if title]
    for article in articles:
        if any(same_page(address, url) for address in _addresses(article)):
            return article
    for article in articles:
        headline = plain_line(article.get("headline") or article.get("name"))
        if any(same_headline(headline, title) for title in titles):
            return article
    if len(articles) == 1 and not any(_addresses(articles[0])):
        return articles[0]
    return None


def same_page(one: str, other: str) -> bool:
    """Whether two addresses are one page, but for scheme, `www.`, query and a slash at the end."""
    first, second = urlsplit(one), urlsplit(other)
    paths = [parts.path.rstrip("/").removesuffix("/amp").removesuffix(".amp") for parts in (first, second)]
    return bool(paths[0]) and paths[0] == paths[1] and (not first.hostname or _site(one) == _site(other))


def read_article(nodes: Nodes, article: Node, url: str, page_language: str = "") -> PageFields:
    """What the article's node says."""
    outlet = _outlet(nodes, article, url)
    language = next((tag for value in as_list(article.get("inLanguage")) if (tag := _language(value))), "")
    authors = as_list(article.get("author") or article.get("creator")) + as_list(article.get("contributor"))
    return PageFields(
        headline=plain_line(first_text(article.get("headline")) or first_text(article.get("name"))),
        byline=join_names(
            (clean_author(name, outlet) for name in _names(nodes, authors)), page_language or language
        ),
        outlet=outlet,
        published=iso_date(first_text(article.get("datePublished"))),
        updated=iso_date(first_text(article.get("dateModified"))),
        description=plain_line(first_text(article.get("description")), PARAGRAPH),
        language=language,
        image=_image(nodes, article, url),
    )


def first_text(value: Any) -> str:
    """The first text among the values of a property; also of `{"@value": …}`."""
    for item in as_list(value):
        text = item.get("@value") if isinstance(item, dict) else item
        if isinstance(text, str) and text.strip():
            return text
    return ""


def _addresses(article: Node) -> Iterator[str]:
    for name in ("url", "@id", "mainEntityOfPage"):
        for value in as_list(article.get(name)):
            address = (value.get("@id") or value.get("url")) if isinstance(value, dict) else value
            if isinstance(address, str) and address.startswith(("http://", "https://")):
                yield address


def _site(url: str) -> str:
    host = (urlsplit(url).hostname or "").lower()
    return host.removeprefix("www.").removeprefix("m.").removeprefix("amp.")


def _language(value: Any) -> str:
    if isinstance(value, dict):
        return language_tag(value.get("alternateName")) or language_tag(value.get("name"))
    return language_tag(value)


def _names(nodes: Nodes, value: Any, depth: int = 0) -> Iterator[str]:
    """The names of people and organisations, which come as text, as nodes, and as lists of both."""
    for item in as_list(value):
        node = nodes.resolve(item)
        if isinstance(node, dict) and depth < 3:
            yield from _names(nodes, node.get("name") or node.get("@value"), depth + 1)
        elif isinstance(node, str):
            yield node


def _outlet(nodes: Nodes, article: Node, url: str) -> str:
    values = [article.get("publisher"), article.get("sourceOrganization")]
    values += [item for item in as_list(article.get("isPartOf")) if _is_site(nodes, item)]
    values += [node for node in nodes.nodes if "WebSite" in types_of(node)]
    for value in values:
        for name in _names(nodes, value):
            if outlet := clean_outlet(name, url):
                return outlet
    return ""


def _is_site(nodes: Nodes, item: Any) -> bool:
    node = nodes.resolve(item)
    return isinstance(node, dict) and any(
        kind in ("WebSite", "Periodical", "Newspaper", "Blog", "Product") for kind in types_of(node)
    )


def _image(nodes: Nodes, article: Node, url: str) -> LeadImage | None:
    for value in as_list(article.get("image")) + as_list(article.get("primaryImageOfPage")):
        image = nodes.resolve(value)
        if isinstance(image, str) and image.strip():
            return LeadImage(urljoin(url, image.strip())[:ADDRESS])
        if isinstance(image, dict) and (read := _image_object(nodes, image, url)):
            return read
    return None


def _image_object(nodes: Nodes, image: Node, url: str) -> LeadImage | None:
    address = next(
        (text for name in ("url", "contentUrl", "@id") if (text := first_text(image.get(name)))), ""
    )
    if not address or address.startswith("#"):
        return None
    caption, credit = split_credit(first_text(image.get("caption")) or first_text(image.get("description")))
    named = (clean_credit(name) for key in _CREDITS for name in _names(nodes, image.get(key)))
    stated = next((name for name in named if name), "")
    return LeadImage(
        urljoin(url, address.strip())[:ADDRESS],
        alt=plain_line(first_text(image.get("alternateName")), HEADLINE),
        caption=without_credit(caption, stated) if stated else caption,
        credit=stated or credit,
    )
