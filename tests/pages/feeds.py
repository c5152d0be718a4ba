"""Feeds made of what a test is about."""

import pytest

from newsletter.pages.feed import read_feed
from newsletter.pages.feed_items import Feed, FeedInvalid, FeedItem

URL = "https://news.example/feeds/all.xml"
RSS_XML = "application/rss+xml"


def read(text: str | bytes, content_type: str = RSS_XML) -> Feed:
    return read_feed(text if isinstance(text, bytes) else text.encode(), content_type, URL)


def rss(items: str, channel: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}{items}</channel></rss>'


def one_item(xml: str) -> FeedItem:
    (item,) = read(rss(f"<item>{xml}</item>")).items
    return item


def refusal(body: str | bytes, content_type: str = RSS_XML) -> FeedInvalid:
    with pytest.raises(FeedInvalid) as refused:
        read(body, content_type)
    return refused.value
