"""The links of a message, where they lead and what is to be said of them."""

import pytest

from newsletter.document.blocks import BLOCKS
from newsletter.rendering.compile_input import CompileInput, compile_with_links, urls_followed
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.preview.message_links import LinkMark, MessageLink, message_links
from newsletter.rendering.slots import Slot, SlotMode, SlottedText
from newsletter.rendering.themes import THEMES
from tests.rendering.issues import issue_of, reference_digest
from tests.rendering.pages import page

HEADERS = MessageHeaders(from_email="a@weekly.example")
VALUES = {"unsubscribe_url": "https://n.example/u/1", "preferences_url": "https://n.example/p/1"}


def message(*html: str | Slot) -> CompiledMessage:
    slotted: SlottedText = html
    return CompiledMessage((), (), (), (), slotted)


def marks_of(body: str, redirected: set[str] | None = None) -> list[set[LinkMark]]:
    return [set(link.marks) for link in message_links(message(page(body)), {}, (), redirected or set())]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://news.example.org/a?b=c", "news.example.org"),
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://a:b@c@evil.example:8080/x", "evil.example:8080"),
        ("https://x.example?next=https://y.example/", "x.example"),
        ("mailto:desk@press.example?subject=a@b", "press.example"),
        ("mailto:nobody", ""),
        ("#weekly-digest", ""),
        ("tel:+4312345", ""),
        ("https://[broken", ""),
        ("https://x.exa\tmple/", ""),
        ("", ""),
    ],
)
def test_the_host_of_a_link_is_what_it_leads_to(url: str, host: str) -> None:
    parts = MessageLink("Words", url).around_host
    assert parts[1] == host
    assert "".join(parts) == url


def test_links_are_marked_with_what_an_editor_should_see() -> None:
    body = (
        "<a href='http://x.example/1'>One</a><a href='https://x.example/2'>Two</a><a href=''>Three</a>"
        "<a href='https://x.example/4'><img src='a.jpg' alt=''></a>"
    )
    assert marks_of(body, {"https://x.example/2"}) == [
        {LinkMark.HTTP},
        {LinkMark.REDIRECTED},
        {LinkMark.EMPTY},
        {LinkMark.NO_WORDS},
    ]


def test_the_same_words_for_different_places_are_marked() -> None:
    same = [{LinkMark.SAME_WORDS}] * 2
    assert marks_of("<a href='https://x.example/1'>More</a><a href='https://x.example/2'>more</a>") == same
    assert marks_of("<a href='https://x.example/1'>More</a><a href='https://x.example/1'>More</a>") == [
        set(),
        set(),
    ]


def test_a_merge_field_in_a_link_is_named_and_its_value_shown() -> None:
    slot = Slot("first_name", "reader", SlotMode.URL_PART)
    compiled = message(
        "<html><body><a href='https://x.example/?for=", slot, "'>For <b>", slot, "</b></a></body></html>"
    )
    [link] = message_links(
        compiled, {"first_name": "Zoë & co"}, (), {"https://x.example/?for=Zo%C3%AB%20%26%20co"}
    )
    assert link.url == "https://x.example/?for=Zo%C3%AB%20%26%20co"
    assert (link.fields, link.marks) == (("first_name",), {LinkMark.PERSONAL})


@pytest.mark.parametrize("theme", THEMES.keys())
def test_every_link_of_the_reference_digest_has_its_place(theme: str) -> None:
    given = CompileInput(issue_of(document=reference_digest(), theme=theme), HEADERS)
    compiled, paths = compile_with_links(given)
    links = message_links(compiled, VALUES, paths, urls_followed(given))
    assert len(links) == len(paths)
    ferry = next(link for link in links if link.url.endswith("/treaty-text"))
    assert ferry.path == "sections[0].items[1]"
    assert [link.path for link in links if link.words in ("View in browser", "Unsubscribe")] == ["", ""]
    [unsubscribe] = [link for link in links if link.words == "Unsubscribe"]
    assert (unsubscribe.url, unsubscribe.fields) == (VALUES["unsubscribe_url"], ("unsubscribe_url",))
    assert {
        LinkMark.REDIRECTED in link.marks for link in links if link.path.startswith("sections[2].items")
    } == {True}
    order = [link.path.partition("]")[0] for link in links if link.path]
    assert order == sorted(order, key=lambda path: int(path.removeprefix("sections[")))


def test_a_section_without_links_takes_none_from_its_neighbours() -> None:
    text, links = BLOCKS["divider"].example(), BLOCKS["links"].example()
    _, paths = compile_with_links(CompileInput(issue_of(text, links), HEADERS))
    assert {path.partition(".")[0] for path in paths} == {"", "sections[1]"}
