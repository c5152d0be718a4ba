"""Composing: one document becomes HTML, text, subject and preheader, with open slots."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import html as lxml_html

from newsletter.core.errors import Refused
from newsletter.document import Document
from newsletter.document.blocks import BLOCKS
from newsletter.document.blocks.button import ButtonSection
from newsletter.document.blocks.image import ImageSection
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.blocks.links import LinksSection
from newsletter.document.blocks.notice import NoticeSection
from newsletter.document.blocks.quotes import Quote, QuotesSection
from newsletter.document.blocks.text import TextSection
from newsletter.document.image import Image
from newsletter.document.item import Item
from newsletter.document.visibility import Visibility
from newsletter.rendering.compile import compile_message
from newsletter.rendering.compose import PREFERENCES, UNSUBSCRIBE, Composed, compose
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.inline import inline
from newsletter.rendering.slots import Slot, SlotMode
from newsletter.rendering.variant import Reader, variant_for
from tests.rendering.issues import PUBLICATION, issue_of, reference_digest


@pytest.fixture(scope="module")
def digest() -> Composed:
    return compose(issue_of(document=reference_digest()))


def slots_in(composed: Composed, text: str) -> list[Slot]:
    return [piece for piece in composed.slots.split(text) if isinstance(piece, Slot)]


def elements(html: str, path: str) -> list[lxml_html.HtmlElement]:
    return list(lxml_html.document_fromstring(html).xpath(path))


def test_both_parts_hold_the_links_of_the_reader(digest: Composed) -> None:
    for part in (digest.html, digest.text):
        assert slots_in(digest, part).count(UNSUBSCRIBE) == 1
        assert slots_in(digest, part).count(PREFERENCES) == 1


def test_merge_fields_become_slots_in_every_part(digest: Composed) -> None:
    greeting = Slot("first_name", "reader", SlotMode.TEXT)
    assert slots_in(digest, digest.subject) == [Slot("first_name", "dear reader", SlotMode.TEXT)]
    assert greeting in slots_in(digest, digest.html)
    assert greeting in slots_in(digest, digest.text)
    city = Slot("attributes.city", "newsletter", SlotMode.URL_PART)
    assert slots_in(digest, digest.html).count(city) == slots_in(digest, digest.text).count(city) == 1


def test_no_token_is_left(digest: Composed) -> None:
    for part in (digest.html, digest.text, digest.subject, digest.preheader):
        assert "{{" not in part
        assert "{%" not in part


def test_the_publications_name_is_the_same_for_everybody() -> None:
    section = ButtonSection(
        type="button", label="Read {{ publication_name }}", url="https://x.example/?p={{ publication_name }}"
    )
    composed = compose(issue_of(section))
    assert "Read Coalition Weekly" in composed.html
    assert "https://x.example/?p=Coalition%20Weekly" in composed.text
    assert {slot.field for slot in composed.slots.slots} == {"unsubscribe_url", "preferences_url"}


def test_words_are_escaped_in_html_and_plain_in_text() -> None:
    composed = compose(issue_of(TextSection(type="text", title="<b>&", text='1 < 2 & "3"')))
    assert "<b>" not in composed.html
    assert "&lt;b&gt;&amp;" in composed.html
    assert '1 < 2 & "3"' in composed.text
    assert "<b>&" in composed.text


def test_the_page_says_its_language_and_direction(digest: Composed) -> None:
    [root] = elements(digest.html, "/html")
    assert (root.get("lang"), root.get("dir")) == ("en", "ltr")
    [article] = elements(digest.html, "//div[@role='article']")
    assert (article.get("lang"), article.get("dir")) == ("en", "ltr")


def test_right_to_left_issues_are_mirrored() -> None:
    notice = NoticeSection(type="notice", title="أهم ما جاء", items=("عادت العبارة",))
    document = Document(title="العدد", language="ar", sections=(notice,))
    html = inline(compose(issue_of(document=document)).html)
    assert elements(html, "/html[@dir='rtl']/body[@dir='rtl']")
    assert "border-right:3px" in html
    assert "text-align:right" in html
    assert "text-align:left" not in html


def test_the_preheader_is_the_first_thing_in_the_body_hidden_and_padded(digest: Composed) -> None:
    first = elements(inline(digest.html), "//body/*[1]")[0]
    assert "display:none" in first.get("style")
    words = first.text_content()
    assert words.startswith(digest.preheader)
    assert len(words) >= 140
    assert not elements(compose(issue_of(document=Document(title="A"))).html, "//*[@class='preheader']")


def test_the_title_names_nobody() -> None:
    greeting = Document(title="A & B", subject='{{ name | default: "Reader" }}, five stories')
    page = compose(issue_of(document=greeting)).html
    assert elements(page, "//title")[0].text == "A & B"
    assert elements(page, "//*[@aria-label]")[0].get("aria-label") == "A & B"
    named = Document(title="A", subject="Five & {{ publication_name }}")
    assert elements(compose(issue_of(document=named)).html, "//title")[0].text == "Five & Coalition Weekly"
    for_somebody = Document(title="For {{ name }}", subject="{{ name }}")
    assert elements(compose(issue_of(document=for_somebody)).html, "//title")[0].text == "Coalition Weekly"


def test_every_table_is_presentation_and_every_image_has_alt(digest: Composed) -> None:
    assert all(table.get("role") == "presentation" for table in elements(digest.html, "//table"))
    images = elements(digest.html, "//img")
    assert len(images) == 2
    assert all(image.get("alt") and image.get("width") for image in images)


def test_headings_come_in_order(digest: Composed) -> None:
    levels = [int(element.tag[1]) for element in elements(digest.html, "//h1|//h2|//h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_latest_is_cut_and_the_rest_is_on_the_web_page(digest: Composed) -> None:
    assert digest.html.count("…continue reading") == 5
    assert "12 more on the web" in digest.html
    assert "https://coalition.example.org/archive/41#latest-from-the-coalition" in digest.html
    assert "12 more on the web:\nhttps://coalition.example.org/archive/41#latest" in digest.text
    assert "Repair fund opens" not in digest.html
    assert "Repair fund opens" not in digest.text


def test_nothing_is_cut_that_fits() -> None:
    items = (Item(headline="H", url="https://x.example/", blurb="Short."),)
    composed = compose(issue_of(LatestSection(type="latest", items=items)))
    assert "continue reading" not in composed.html
    assert "more on the web" not in composed.html + composed.text


def test_what_nobody_but_editors_may_see_stays_out(digest: Composed) -> None:
    assert "2026-12-01" not in digest.html + digest.text
    assert "review" not in digest.text


def test_a_quotation_keeps_its_own_direction() -> None:
    texts = ("عاد القارب", "Reuters: عاد القارب اليوم", "It came back", "🌅")
    quotes = tuple(Quote(text=text, author="ليلى") for text in texts)
    html = compose(issue_of(QuotesSection(type="quotes", items=quotes))).html
    shown = elements(html, "//p[contains(@class,'quote')]")
    assert [(element.get("dir"), element.get("class")) for element in shown] == [
        ("auto", "quote turned"),
        ("rtl", "quote turned"),
        ("auto", "quote"),
        ("ltr", "quote"),
    ]
    assert html.count("<bdi>ليلى</bdi>") == 4


def test_images_come_from_media_in_the_size_of_the_column() -> None:
    [image] = elements(
        compose(issue_of(ImageSection(type="image", image=Image(src="media:stories/lighthouse.jpg")))).html,
        "//img",
    )
    assert image.get("src") == "https://media.example.org/lighthouse.jpg"
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("536", "302", "A lighthouse")


def test_small_images_are_not_blown_up() -> None:
    small = Image(src="https://x.example/i.png", alt="x", width=200, height=100)
    html = inline(compose(issue_of(ImageSection(type="image", image=small))).html)
    [image] = elements(html, "//img")
    assert (image.get("width"), image.get("height")) == ("200", "100")
    assert "max-width:200px" in image.get("style")


def test_an_image_that_is_not_there_is_told() -> None:
    with pytest.raises(Refused) as caught:
        compose(issue_of(ImageSection(type="image", image=Image(src="media:gone.jpg"))))
    assert caught.value.fields == {"media:gone.jpg": "There is no uploaded image called “gone.jpg”."}


def test_empty_sections_leave_no_broken_pieces() -> None:
    empty = tuple(block.model(type=block.key) for block in BLOCKS)
    composed = compose(issue_of(*empty))
    assert not elements(composed.html, "//a[not(@href) or @href='']")
    assert not elements(composed.html, "//img[not(@src) or @src='']")
    assert "None" not in composed.html + composed.text


def test_a_variant_holds_only_what_its_readers_may_see() -> None:
    sections = (
        TextSection(type="text", text="for all"),
        TextSection(type="text", text="for sport", visibility=Visibility(topics=("sport",))),
    )
    given = issue_of(*sections)
    plain = compose(replace(given, variant=variant_for(given.document, Reader())))
    fan = compose(replace(given, variant=variant_for(given.document, Reader(topics=frozenset({"sport"})))))
    for composed, seen in ((plain, False), (fan, True)):
        assert ("for sport" in composed.html, "for sport" in composed.text) == (seen, seen)
        assert "for all" in composed.html


def test_lines_of_the_text_part_are_short_but_urls_stay_whole(digest: Composed) -> None:
    long = [line for line in digest.text.split("\n") if len(line) > 76]
    assert all(re.fullmatch(r"\S+", line) for line in long)
    assert not re.search(r"\n\n\n|[ \t]\n", digest.text)


def test_headlines_in_the_text_part_stand_above_their_links(digest: Composed) -> None:
    assert "\nA library for a town that had none\nhttps://news.example.org/library\n" in digest.text


def test_the_digest_is_light_and_compiles(digest: Composed) -> None:
    message = compile_message(
        digest.html,
        digest.text,
        digest.subject,
        MessageHeaders(from_email="news@example.org"),
        digest.slots,
        preheader=digest.preheader,
    )
    values = {"first_name": "Ana & Zoë", "unsubscribe_url": "https://x.example/u/1?a=1&b=2"}
    html, text = message.fill_html(values), message.fill_text(values)
    assert len(html.encode()) < 40_000
    assert "Dear <bdi>Ana &amp; Zoë</bdi>," in html
    assert "Dear Ana & Zoë," in text
    assert elements(html, "//a[@href='https://x.example/u/1?a=1&b=2']")
    assert digest.slots.nonce not in html + text


def words_of(root: lxml_html.HtmlElement) -> Iterator[str]:
    for text in root.itertext():
        yield from text.split()


def test_every_word_an_editor_typed_is_in_both_parts() -> None:
    item = Item(headline="Alpha", url="https://x.example/1", blurb="Beta **gamma**.")
    composed = compose(issue_of(LinksSection(type="links", title="Delta", intro="Epsilon", items=(item,))))
    html = set(words_of(lxml_html.document_fromstring(composed.html)))
    for word in ("Alpha", "Beta", "Delta", "Epsilon"):
        assert word in html
        assert word in composed.text


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_name_with_a_full_stop_of_its_own_ends_a_sentence_once(language: str) -> None:
    composed = compose(issue_of(publication=replace(PUBLICATION, name="Ruiz & Co.", language=language)))
    assert "Ruiz & Co." in composed.text
    for part in (composed.html, composed.text):
        assert not re.search(r"Co\.\W?(</bdi>)?\.", part)
