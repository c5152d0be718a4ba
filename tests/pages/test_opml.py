"""Lists of feeds, from other readers and for them."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.pages.opml import MOST_FEEDS, OpmlFeed, OpmlInvalid, read_opml, write_opml


def opml(outlines: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><body>{outlines}</body></opml>'.encode()


def test_a_list_of_a_reader() -> None:
    outlines = """<outline text="News &amp; Übersee">
        <outline text="Harbour" type="rss" xmlUrl="https://a.example/1?a=1&amp;b=2" htmlUrl="/"/>
        <outline text="Local"><outline title="Post" xmlUrl=" https://a.example/2 "></outline>
        </outline></outline>
      <outline text="Three" xmlURL="http://a.example/3"/>
      <outline text="Again" xmlUrl="http://a.example/3"/>
      <outline text="Other" type="include" url="https://a.example/list.opml"/>
      <outline text="File" xmlUrl="file:///etc/passwd"/><outline text="Relative" xmlUrl="/feed"/>"""
    assert read_opml(opml(outlines)) == (
        OpmlFeed("Harbour", "https://a.example/1?a=1&b=2", "News & Übersee"),
        OpmlFeed("Post", "https://a.example/2", "News & Übersee / Local"),
        OpmlFeed("Three", "http://a.example/3"),
    )


def test_what_is_broken_is_read_as_far_as_it_can_be() -> None:
    assert read_opml(b'<opml><body><outline text="A & B" xmlUrl="https://a.example/"><outline te') == (
        OpmlFeed("A & B", "https://a.example/"),
    )
    assert read_opml('<opml><outline text="Fähre" xmlUrl="https://a.example/"/>'.encode("cp1252")) == (
        OpmlFeed("Fähre", "https://a.example/"),
    )


def test_entities_are_not_expanded() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    outline = '<outline text="One &e9; &file;" xmlUrl="https://a.example/"/>'
    (feed,) = read_opml(f'<!DOCTYPE opml [<!ENTITY e0 "lol">{bomb}]>'.encode() + opml(outline)[21:])
    assert feed == OpmlFeed("One &e9; &file;", "https://a.example/")


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff", b"<html><body>opml</body></html>", b"<rss/>", b"{}", b"a,b\n1,2"]
)
def test_what_is_no_list(body: bytes) -> None:
    with pytest.raises(OpmlInvalid, match="This file is not OPML"):
        read_opml(body)


def test_a_file_that_is_too_large() -> None:
    with pytest.raises(OpmlInvalid, match="larger than 5 MB"):
        read_opml(b"<opml>" + bytes(5_000_000))


def test_folders_that_never_end() -> None:
    with pytest.raises(OpmlInvalid, match="nested more than 50 deep"):
        read_opml(opml('<outline text="a"><outline xmlUrl="http://a.example/"/>' * 20_000))
    closed = '<outline text="a > b"><outline text=\'/>\' xmlUrl="http://a.example/" /></outline>'
    assert len(read_opml(opml(closed * 60))) == 1


@pytest.mark.parametrize(
    "unit",
    [
        *(
            '<outline xmlUrl="http://a.example/{}"/>',
            "<a>",
            "<a ",
            "<outline ",
            "<outline '",
            "<outline/",
            '"',
        ),
        *("<outline xmlurl=x>", "</outline>", "<outline/>", "&a;"),
    ],
)
def test_a_large_file_is_read_quickly(unit: str) -> None:
    file = opml("".join(unit.format(n) for n in range(200_000 // len(unit))))
    began = time.process_time()
    with contextlib.suppress(OpmlInvalid):  # too deep
        assert read_opml(file) == ()
    assert time.process_time() - began < 3


def test_more_feeds_than_fit_are_refused_and_not_cut() -> None:
    def listed(count: int) -> bytes:
        return opml("".join(f'<outline xmlUrl="https://post.example/{n}"/>' for n in range(count)))

    assert len(read_opml(listed(MOST_FEEDS))) == MOST_FEEDS
    with pytest.raises(OpmlInvalid, match="1,001 feeds; at most 1,000"):
        read_opml(listed(MOST_FEEDS + 1))


WORDS = st.text(max_size=20).map(lambda text: " ".join(text.split()))


@given(
    st.lists(st.builds(OpmlFeed, WORDS, st.integers().map("https://a.example/{}?a&b".format), WORDS)), WORDS
)
def test_what_is_written_is_read(feeds: list[OpmlFeed], title: str) -> None:
    read = read_opml(write_opml(title, feeds))
    assert {feed.url for feed in read} == {feed.url for feed in feeds}
    again = read_opml(write_opml(title, read))
    assert set(again) == set(read)
