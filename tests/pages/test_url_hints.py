"""What an address alone tells: host, date, and the words of its path."""

import pytest

from newsletter.pages.page import PageFields
from newsletter.pages.url_hints import url_hints


@pytest.mark.parametrize(
    ("url", "headline", "outlet", "published"),
    [
        (
            "https://www.washingtonpost.com/world/2026/11/27/ferry-line-reopens-after-nine-years/",
            "Ferry line reopens after nine years",
            "washingtonpost.com",
            "2026-11-27",
        ),
        (
            "https://m.news.example.co.uk/politics/article12345678-night-buses-are-here.html",
            "Night buses are here",
            "example.co.uk",
            "",
        ),
        (
            "https://www.theguardian.example/environment/2026/nov/03/peat-bog-restored-at-last",
            "Peat bog restored at last",
            "theguardian.example",
            "2026-11-03",
        ),
        ("https://a.example/20261127/port-deal-saved_7.html", "Port deal saved", "a.example", "2026-11-27"),
        ("https://a.example/2026/02/31/not-a-real-day", "Not a real day", "a.example", ""),
        ("https://a.example/news/88213377", "", "a.example", ""),
        ("https://a.example/story.php?id=3", "", "a.example", ""),
        ("https://a.example/", "", "a.example", ""),
        ("https://g.blogspot.com/2026/11/late-beans-too.html", "Late beans too", "g.blogspot.com", ""),
        (
            "https://almarfa.example/news/%D8%A7%D9%81%D8%AA%D8%AA%D8%A7%D8%AD-%D8%A7%D9%84%D8%AA%D8%B1%D8%A7%D9%85",
            "افتتاح الترام",
            "almarfa.example",
            "",
        ),
        ("https://a.example/%ff%fe%fd-broken-octets-here", "", "a.example", ""),
        ("https://192.0.2.7/one-two-three", "One two three", "", ""),
        ("https://[2001:db8::1]/one-two-three", "One two three", "", ""),
        ("not a url", "Not a url", "", ""),
    ],
)  # fmt: skip
def test_hints(url: str, headline: str, outlet: str, published: str) -> None:
    assert url_hints(url) == PageFields(headline=headline, outlet=outlet, published=published)


def test_a_direction_override_in_a_path_is_removed() -> None:
    assert url_hints("https://a.example/one-%E2%80%AEtwo-three-four").headline == "One two three four"
