"""News pages of six makes: the same facts about a story, as six kinds of software write them down."""

import json
from dataclasses import dataclass
from html import escape
from itertools import cycle
from typing import Any

from tests.servers.site import Answer, html


@dataclass(frozen=True)
class Story:
    """What a page is about. `image` is the URL of its picture, with caption and credit."""

    path: str
    headline: str
    outlet: str
    description: str = ""
    byline: str = ""
    published: str = ""
    image: str = ""
    caption: str = ""
    credit: str = ""

    @property
    def paragraphs(self) -> str:
        words = escape(self.description or self.headline)
        return f"<p>{words} It was a quiet morning in the harbour, and nobody was late.</p>" * 6


def json_ld(story: Story) -> str:
    """All that programs read is in one script."""
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "description": story.description,
        "datePublished": story.published or None,
        "author": {"@type": "Person", "name": story.byline} if story.byline else None,
        "publisher": {"@type": "NewsMediaOrganization", "name": story.outlet},
        "image": {
            "@type": "ImageObject",
            "url": story.image,
            "caption": story.caption,
            "creditText": story.credit,
        }
        if story.image
        else None,
    }
    given = json.dumps({name: value for name, value in facts.items() if value}).replace("<", "\\u003c")
    return _page(story, f'<script type="application/ld+json">{given}</script>')


def open_graph(story: Story) -> str:
    """Properties for social networks."""
    return _page(
        story,
        f"""<meta property="og:type" content="article">
        <meta property="og:title" content="{escape(story.headline)}">
        <meta property="og:site_name" content="{escape(story.outlet)}">
        <meta property="og:description" content="{escape(story.description)}">
        {_meta("author", story.byline)}{_property("article:published_time", story.published)}
        {_property("og:image", story.image)}""",
    )


def microdata(story: Story) -> str:
    """Attributes at the words that readers see."""
    date = f'<time itemprop="datePublished" datetime="{story.published}">{story.published}</time>'
    name = f'<b itemprop="name">{escape(story.byline)}</b>'
    person = f'<p itemprop="author" itemscope itemtype="https://schema.org/Person">By {name}</p>'
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
        <title>{escape(story.headline)}</title></head>
        <body><article itemscope itemtype="https://schema.org/NewsArticle">
        <h1 itemprop="headline">{escape(story.headline)}</h1>
        <p itemprop="description">{escape(story.description)}</p>
        {person if story.byline else ""}{date if story.published else ""}
        <div itemprop="publisher" itemscope itemtype="https://schema.org/Organization">
        <meta itemprop="name" content="{escape(story.outlet)}"></div>
        <div itemprop="articleBody">{story.paragraphs}</div></article></body></html>"""


def blog(story: Story) -> str:
    """A blog with a plug-in for search engines: a graph in which things point at each other."""
    author: dict[str, Any] = {"@type": "Person", "@id": "#author", "name": story.byline}
    graph: list[dict[str, Any]] = [
        {"@type": "WebSite", "@id": "#site", "name": story.outlet, "publisher": {"@id": "#publisher"}},
        {"@type": "Organization", "@id": "#publisher", "name": story.outlet},
        {
            "@type": "Article",
            "headline": story.headline,
            "isPartOf": {"@id": "#site"},
            "publisher": {"@id": "#publisher"},
            **({"datePublished": story.published} if story.published else {}),
            **({"author": {"@id": "#author"}} if story.byline else {}),
        },
        *([author] if story.byline else []),
    ]
    given = json.dumps({"@context": "https://schema.org", "@graph": graph}).replace("<", "\\u003c")
    return _page(
        story,
        f"""<meta name="generator" content="WordPress 6.8">
        <meta name="description" content="{escape(story.description)}">
        <meta property="og:title" content="{escape(story.headline)} - {escape(story.outlet)}">
        <meta property="og:site_name" content="{escape(story.outlet)}">
        <script type="application/ld+json">{given}</script>""",
    )


def government(story: Story) -> str:
    """Dublin Core, as libraries and authorities use it."""
    return _page(
        story,
        f"""<meta name="DC.title" content="{escape(story.headline)}">
        <meta name="dcterms.publisher" content="{escape(story.outlet)}">
        <meta property="og:site_name" content="{escape(story.outlet)}">
        {_meta("dc.creator", story.byline)}{_meta("dcterms.created", story.published)}
        <meta name="description" content="{escape(story.description)}">""",
    )


def plain(story: Story) -> str:
    """A small paper's own pages: a title, a byline that people read, the date in words."""
    byline = f'<p class="byline">By {escape(story.byline)}</p>' if story.byline else ""
    date = f'<time datetime="{story.published}">{story.published}</time>' if story.published else ""
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
        <title>{escape(story.headline)} | {escape(story.outlet)}</title>
        <meta name="description" content="{escape(story.description)}"></head>
        <body><header><a href="/">{escape(story.outlet)}</a></header>
        <article><h1>{escape(story.headline)}</h1>{byline}{date}{story.paragraphs}</article>
        <footer>© 2026 {escape(story.outlet)}</footer></body></html>"""


MAKES = (json_ld, open_graph, microdata, blog, government, plain)


def news_pages(stories: list[Story]) -> dict[str, Answer]:
    """A page for each story by its path, the makes by turns."""
    return {story.path: html(make(story)) for story, make in zip(stories, cycle(MAKES), strict=False)}


def feed(title: str, stories: list[Story], url: str) -> Answer:
    """An RSS feed of the stories, whose links begin with `url`."""
    items = "".join(
        f"<item><title>{escape(story.headline)}</title><link>{url}{story.path}</link>"
        f"<guid>{url}{story.path}</guid><description>{escape(story.description)}</description></item>"
        for story in stories
    )
    channel = f"<channel><title>{escape(title)}</title>{items}</channel>"
    text = f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'
    return Answer(text.encode(), headers={"Content-Type": "application/rss+xml"})


def opml(title: str, url: str) -> str:
    """The file in which a feed reader names the one feed at `url`."""
    return (
        '<?xml version="1.0"?><opml version="2.0"><head/><body>'
        f'<outline type="rss" text="{escape(title)}" xmlUrl="{url}"/></body></opml>'
    )


def _page(story: Story, head: str) -> str:
    figure = (
        f'<figure><img src="{story.image}" alt="{escape(story.caption)}">'
        f"<figcaption>{escape(story.caption)}</figcaption></figure>"
    )
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
        <title>{escape(story.headline)} | {escape(story.outlet)}</title>{head}</head>
        <body><article><h1>{escape(story.headline)}</h1>{figure if story.image else ""}
        {story.paragraphs}</article></body></html>"""


def _meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{escape(content)}">' if content else ""


def _property(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{escape(content)}">' if content else ""
