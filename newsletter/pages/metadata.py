"""What a page says of itself, joined from its JSON-LD, its `meta` tags, its microdata and what people see."""

from dataclasses import dataclass, replace

from newsletter.pages.article_view import ArticleView
from newsletter.pages.bylines import prefer_wire_credit
from newsletter.pages.headlines import choose_headline, without_outlet
from newsletter.pages.html_tree import HtmlPage, parse_html, text_of
from newsletter.pages.json_ld import read_json_ld
from newsletter.pages.languages import language_tag
from newsletter.pages.meta_tags import Head, declared_addresses, is_no_picture, read_meta
from newsletter.pages.microdata import read_microdata
from newsletter.pages.outlets import outlet_of_copyright, outlet_of_home_link, outlet_of_title
from newsletter.pages.page import LeadImage, PageFields
from newsletter.pages.pictures import find_pictures, is_same_picture
from newsletter.pages.plain import plain_line
from newsletter.pages.schema_org import PAGES, Nodes, choose_article, read_article
from newsletter.pages.visible import find_byline, find_dates

# Whom to believe, first to last. JSON-LD is written for machines by the article's own system; a visible
# byline is what readers get; `meta author` is often the person who set up the site. `web_page` is
# JSON-LD about the page around an article, `tree` is what only the whole page tells (html lang, the
# title, the copyright line). The headline has a rule of its own (`choose_headline`), as has the picture
# (`_choose_image`).
PRECEDENCE: dict[str, tuple[str, ...]] = {
    "byline": ("json_ld", "microdata", "visible", "meta"),
    "outlet": ("meta", "json_ld", "microdata", "web_page", "tree"),
    "published": ("json_ld", "meta", "microdata", "visible", "web_page"),
    "updated": ("json_ld", "meta", "microdata", "visible", "web_page"),
    "description": ("meta", "json_ld", "microdata", "web_page"),
    "language": ("tree", "json_ld", "meta", "microdata", "web_page"),
}
# On a page about one of these, dates and names are those of the thing, not of what was written on it.
NO_ARTICLES = ("Event", "Festival", "Product", "JobPosting", "Restaurant", "Hotel", "Course")
Sources = dict[str, PageFields]


def read_metadata(html: str, url: str) -> PageFields:
    """The fields of a page; what it does not say is empty. `url` is where it came from."""
    return read_fields(parse_html(html), url)


def read_fields(page: HtmlPage, url: str) -> PageFields:
    """The same for a page that is parsed already."""
    head = Head(page.tree)
    address = next(iter(declared_addresses(page.tree, head, url)), url)
    nodes = read_json_ld(page.json_ld)
    sources: Sources = {"meta": read_meta(head, url), "tree": _read_tree(page, head, url)}
    titles = [title for title in (sources["meta"].headline, head.title) if title]
    place = Place(url, address, titles, sources["tree"].language)
    sources |= _read_nodes("json_ld", nodes, place)
    sources |= _read_nodes("microdata", read_microdata(page.tree, url), place)
    outlet, language = _first(sources, "outlet"), _first(sources, "language")
    titles = [
        without_outlet(title, outlet, url) for title in [*titles, _headline(sources, "json_ld")] if title
    ]
    view = ArticleView(page.tree, titles, outlet)
    sources["visible"] = PageFields(headline=view.headline)
    if "json_ld" in sources or not nodes.of_types(NO_ARTICLES):
        published, updated = find_dates(view, language)
        byline = find_byline(view, language, outlet)
        sources["visible"] = replace(sources["visible"], byline=byline, published=published, updated=updated)
    return _join(sources, head, view, url)


@dataclass(frozen=True)
class Place:
    """By what the page's own article is told from others: where it is, what it calls itself, its language."""

    url: str
    address: str
    titles: list[str]
    language: str


def _read_nodes(name: str, nodes: Nodes, place: Place) -> Sources:
    article = choose_article(nodes, place.url, place.titles) or choose_article(
        nodes, place.address, place.titles
    )
    sources = {name: read_article(nodes, article, place.url, place.language)} if article else {}
    if name == "json_ld" and (pages := nodes.of_types(PAGES)):
        # Of the page around an article only what cannot be meant of anything else.
        around = read_article(nodes, pages[0], place.url)
        sources["web_page"] = replace(around, byline="", image=None)
    return sources


def _read_tree(page: HtmlPage, head: Head, url: str) -> PageFields:
    root = page.tree.getroottree().getroot()
    language = language_tag(root.get("lang")) or language_tag(
        root.get("{http://www.w3.org/XML/1998/namespace}lang")
    )
    language = language or language_tag(root.get("xml:lang"))
    outlet = outlet_of_title(head.title, url) or outlet_of_home_link(page.tree, head.title, url)
    if not outlet:
        for footer in page.tree.iter("footer"):
            outlet = outlet or outlet_of_copyright(text_of(footer), url)
    if not outlet and len(tail := text_of(page.tree)) < 100_000:
        outlet = outlet_of_copyright(tail[-400:], url)
    return PageFields(outlet=outlet, language=language)


def _join(sources: Sources, head: Head, view: ArticleView, url: str) -> PageFields:
    chosen = {name: _first(sources, name) for name in PRECEDENCE}
    outlet = chosen["outlet"]
    visible = sources["visible"]
    headline = choose_headline(
        visible=without_outlet(visible.headline, outlet, url),
        json_ld=without_outlet(_headline(sources, "json_ld"), outlet, url),
        open_graph=without_outlet(sources["meta"].headline, outlet, url),
        microdata=without_outlet(_headline(sources, "microdata"), outlet, url),
        title=without_outlet(head.title, outlet, url),
    )
    if visible.byline and visible.byline != chosen["byline"]:
        chosen["byline"] = prefer_wire_credit(chosen["byline"], visible.byline)
    if chosen["byline"] == outlet:
        chosen["byline"] = ""
    return PageFields(headline=plain_line(headline), image=_choose_image(sources, view, url), **chosen)


def _choose_image(sources: Sources, view: ArticleView, url: str) -> LeadImage | None:
    """The picture that JSON-LD or OpenGraph name, with the words that stand below it on the page.

    A page's own lead picture is taken where the declared one is not shown at all and nothing is said of it:
    so a caption never comes to stand below another picture.
    """
    declared = [
        source.image
        for name in ("json_ld", "meta", "microdata")
        if (source := sources.get(name)) and source.image and not is_no_picture(source.image.url)
    ]
    shown = find_pictures(view, url)
    if not declared:
        return shown[0] if shown else None
    lead = declared[0]
    for other in [*declared[1:], *shown]:
        if is_same_picture(lead.url, other.url):
            lead = replace(
                lead,
                alt=lead.alt or other.alt,
                caption=lead.caption or other.caption,
                credit=lead.credit or other.credit,
            )
    if lead.caption or lead.credit:
        return lead
    return next((picture for picture in shown if picture.credit or picture.caption), lead)


def _first(sources: Sources, name: str) -> str:
    values = (getattr(sources[source], name) for source in PRECEDENCE[name] if source in sources)
    return next((value for value in values if value), "")


def _headline(sources: Sources, name: str) -> str:
    return sources[name].headline if name in sources else ""
