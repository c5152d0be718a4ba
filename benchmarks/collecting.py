"""What a page or a feed of 10 MB costs the worker that fetches it: 2 s of processor time and 200 MB at most.

Pages come over loopback from a server in another process; what is read out of them is `page_metadata.py`.
Each row is a process of its own, whose peak of memory counts whole, with Python and all libraries.

    python benchmarks/collecting.py
"""

import gzip
import html
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.rig import judged, machine
from newsletter.pages.feed import read_feed
from newsletter.pages.fetch import Fetcher
from newsletter.pages.find_urls import find_urls
from tests.pages.web_server import WebServer, answer

SIZE = 10_000_000  # octets
MOST_SECONDS, MOST_MEGABYTES = 2.0, 200.0
PARAGRAPH = (
    "<p>The ferry across the bay <a href='/x'>reopened</a> on Friday after nine years. "
    "The first boat was full.</p>"
)
ESCAPED = html.escape(PARAGRAPH)
PAGE = ("<html><body>" + PARAGRAPH * (SIZE // len(PARAGRAPH))).encode()
PAGES = {"/plain": answer(PAGE), "/gzip": answer(gzip.compress(PAGE), Content_Encoding="gzip")}


def filled(unit: str, octets: int) -> str:
    return unit * (octets // len(unit))


def rss(items: int, description: str) -> bytes:
    """A feed of `items` with the same description each."""
    listed = (
        f"<item><title>Story {n}</title><link>https://a.example/{n}</link><guid>{n}</guid>"
        f"<pubDate>Fri, 27 Nov 2026 08:00:00 +0100</pubDate><description>{description}</description></item>"
        for n in range(items)
    )
    return f"<rss version='2.0'><channel><title>News</title>{''.join(listed)}</channel></rss>".encode()


FEEDS: dict[str, Callable[[], bytes]] = {
    "1,000 articles": lambda: rss(1_000, filled(ESCAPED, 9_800)),
    "1,000, markup not escaped": lambda: rss(1_000, filled(PARAGRAPH, 9_800)),
    "100 long articles in CDATA": lambda: rss(100, f"<![CDATA[{filled(PARAGRAPH, 99_800)}]]>"),
    "30,000 short articles": lambda: rss(30_000, filled(ESCAPED, 200)),
    "1,000, Chinese and emoji": lambda: rss(1_000, filled("船が来た 🎉 ", 3_300)),
    "1,000 and no end tags": lambda: rss(1_000, filled(ESCAPED, 9_800)).replace(b"</item>", b"</b>& <b"),
    "tags and nothing else": lambda: b"<rss><channel><item>" + b"<a></b>" * (SIZE // 7),
    "titles and nothing else": lambda: b"<rss><channel><item>" + b"<title>a</title>" * (SIZE // 16),
}


def measured(work: Callable[[], object]) -> str:
    began = time.process_time()
    work()
    seconds = time.process_time() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    verdict = judged(min(MOST_SECONDS / seconds, MOST_MEGABYTES / megabytes), 1)
    return f"{seconds:>6.2f} s{megabytes:>8.0f} MB   {verdict}"


def fetched(url: str) -> str:
    fetcher = Fetcher(frozenset({"127.0.0.1"}), "benchmark")
    return measured(lambda: fetcher.get(url, most_octets=2 * SIZE))


def read(name: str) -> str:
    feed = FEEDS[name]()
    return measured(lambda: read_feed(feed, "application/rss+xml", "https://a.example/feed"))


def found() -> str:
    text = "(" * 1_000_000
    began = time.process_time()
    find_urls(text)
    seconds = time.process_time() - began
    return f"{seconds:>6.2f} s{'':>14}{judged(1 / seconds, 1)} (≤ 1 s)"


def rows() -> Iterator[tuple[str, str]]:
    """The name of each figure, and the figure."""
    with WebServer(dict(PAGES)) as web:
        for path in PAGES:
            yield f"fetch of a page, {path[1:]}", in_process("fetch", f"http://127.0.0.1:{web.port}{path}")
    for name in FEEDS:
        yield f"feed: {name}", in_process("feed", name)
    yield "1 MB of brackets pasted", in_process("paste")


def in_process(*arguments: str) -> str:
    command = [sys.executable, __file__, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip("\n")


def main(arguments: list[str]) -> None:
    kinds: dict[str, Callable[..., str]] = {"fetch": fetched, "feed": read, "paste": found}
    if arguments:
        print(kinds[arguments[0]](*arguments[1:]))
        return
    print(f"{SIZE // 1_000_000} MB, at most {MOST_SECONDS:g} s and {MOST_MEGABYTES:g} MB. {machine()}")
    for name, figure in rows():
        print(f"  {name:<34}{figure}")


if __name__ == "__main__":
    main(sys.argv[1:])
