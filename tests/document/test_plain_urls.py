"""Addresses in plain text, and where handles are at home."""

import pytest

from newsletter.document.blocks.quotes import Quote, QuotesSection
from newsletter.document.document import Document
from newsletter.document.plain_urls import profile_url, split_urls
from newsletter.document.walk import Place, links


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("none", []),
        ("At https://a.example/x.", ["https://a.example/x"]),
        (
            "(see https://a.example/x_(y).) https://b.example",
            ["https://a.example/x_(y)", "https://b.example"],
        ),
        ("“https://a.example/?q=1&r=2”, https://localhost", ["https://a.example/?q=1&r=2"]),
    ],
)
def test_addresses_are_found_without_what_ends_a_sentence(text: str, urls: list[str]) -> None:
    pieces = list(split_urls(text))
    assert "".join(piece for piece, _ in pieces) == text
    assert [url for _, url in pieces if url] == urls


@pytest.mark.parametrize(
    ("handle", "network", "url"),
    [
        ("@mira@social.example.org", "", "https://social.example.org/@mira"),
        ("@mira", "X", "https://x.com/mira"),
        ("mira.bsky.social", "Bluesky", "https://bsky.app/profile/mira.bsky.social"),
        ("@mira", "", ""),
        ("@mira", "Mastodon", ""),
        ("@mi ra", "X", ""),
    ],
)
def test_handles_lead_to_profiles(handle: str, network: str, url: str) -> None:
    assert profile_url(handle, network) == url


def test_an_address_in_a_quotation_is_a_link_of_the_document() -> None:
    quote = Quote(text="Help: https://a.example/help!", permalink="https://b.example/1")
    document = Document(title="T", sections=(QuotesSection(type="quotes", items=(quote,)),))
    path = "sections[0].items[0]"
    assert list(links(document)) == [
        Place(f"{path}.text", "https://a.example/help"),
        Place(f"{path}.permalink", "https://b.example/1"),
    ]
