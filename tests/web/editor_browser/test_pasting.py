"""What is pasted keeps every word, and becomes what the place it is pasted into holds."""

import itertools
import random
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from newsletter.document.item import Item
from tests.extent import usual
from tests.web.editor_browser.editing import Editing

pytestmark = pytest.mark.browser

PASTES = usual(40, soak=4_000)
PASTE = """async (element, [html, plain]) => {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    data.setData("text/plain", plain);
    element.focus();
    await new Promise(done => requestAnimationFrame(done)); // rich text becomes an editor
    const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
    return document.activeElement.dispatchEvent(paste);
}"""
# Paste each into the fields in turn and take it back: answers the HTML of which a word was lost or stayed.
PASTE_ALL = """async ([labels, pastes]) => {
    const frame = () => new Promise(done => requestAnimationFrame(done));
    const field = label => [...document.querySelectorAll('.rich, textarea')].find(
        one => (one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent.trim()) === label);
    const words = () => [...document.querySelectorAll('.document :is(.rich, textarea)')]
        .map(one => one.value ?? one.innerText).join('\\n').split(/\\s+/).filter(Boolean);
    const lost = [];
    for (const [number, [html, plain]] of pastes.entries()) {
        const before = words().join(' ');
        field(labels[number % labels.length]).focus();
        await frame();
        const target = document.activeElement;
        if (target.select) target.select();
        else getSelection().selectAllChildren(target);
        document.dispatchEvent(new Event('selectionchange'));
        await frame();
        const data = new DataTransfer();
        data.setData('text/html', html);
        data.setData('text/plain', plain);
        const paste = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
        if (target.dispatchEvent(paste)) { // the browser itself inserts what nobody took
            target.setRangeText(plain);
            target.dispatchEvent(new InputEvent('input', {bubbles: true}));
        }
        await frame();
        const seen = new Set(words());
        const missing = plain.split(' ').filter(word => !seen.has(word));
        const undo = {key: 'z', ctrlKey: true, bubbles: true, cancelable: true};
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', undo));
        await frame();
        if (missing.length > 0 || words().join(' ') !== before) lost.push([html, missing]);
    }
    return lost;
}"""
WORD = """<html xmlns:o="urn:x"><head><style>p{color:red}</style></head><body><!--StartFragment-->
<h1 style='color:red'>Title</h1><p class=MsoNormal
style='margin:0'><b style='mso-bidi-font-weight:normal'>Bold</b>
<span style='font-style:italic'>slanted</span><o:p></o:p> <a href="javascript:x">bad</a>
<a href="https://x.example/a" style="color:blue">good</a><script>alert(1)</script><img src="x"></p>
<p class=MsoListParagraphCxSpFirst><![if !supportLists]><span
style='mso-list:Ignore'>·&nbsp;&nbsp;</span><![endif]>one</p>
<p class=MsoListParagraphCxSpLast><span style='mso-list:Ignore'>·&nbsp;&nbsp;</span>two</p>
<p class=MsoListParagraph>A. Smith agreed</p><pre>a
b</pre>
<table><tr><td><p>Bread</p></td><td>1</td></tr><tr><td>Salt</td><td>2</td></tr></table>
<!--EndFragment--></body></html>"""


def paste(field: Locator, html: str, plain: str = "") -> None:
    field.evaluate(PASTE, [html, plain])


def undo(tab: Page) -> None:
    tab.keyboard.press("ControlOrMeta+z")


def statements(editing: Editing) -> list[str]:
    return [str(item) for item in editing.saved().sections[3].items]  # type: ignore[union-attr]


def stories(editing: Editing, section: int) -> list[Item]:
    items = editing.saved().sections[section].items  # type: ignore[union-attr]
    return [item for item in items if isinstance(item, Item)]


def test_lists_become_entries_and_prose_keeps_its_marks(editing: Editing) -> None:
    """Of one page: Word's HTML, bullets into a statement, addresses and headlines into stories."""
    words = editing.section("Text").get_by_role("textbox", name="Text")
    words.click()
    editing.tab.keyboard.press("ControlOrMeta+a")
    paste(words, WORD)
    text = editing.saved().sections[2].text  # type: ignore[union-attr]
    assert text == (
        "**Title**\n\n**Bold** *slanted* bad [good](https://x.example/a)\n\n- one\n- two\n\nA. Smith agreed"
        "\n\na\nb\n\nBread · 1\n\nSalt · 2"
    )

    editing.choose("Add a section", "Notice")
    paste(
        editing.tab.locator(".entry-statement").get_by_role("textbox").last, "<ul><li>A<li><b>B</b><li>C</ul>"
    )
    assert statements(editing) == ["A", "**B**", "C"]
    undo(editing.tab)
    expect(editing.tab.locator(".entry-statement")).to_have_count(1)
    paste(editing.tab.locator(".entry-statement").get_by_role("textbox").last, "", "• A\n• B\n\n• C")
    assert statements(editing) == ["A", "B", "C"]

    urls = [f"https://news.example/{number}" for number in range(5)]
    section = editing.section("Latest")
    add = section.get_by_role("button", name="Add a story")
    paste(add, "", "\n".join(urls))
    assert [story.url for story in stories(editing, 1)][1:] == urls
    undo(editing.tab)
    assert editing.headlines(1) == ["Four"]
    add.click()
    headlines = "".join(f'<p><a href="{url}">Story {url[-1]}</a></p>' for url in urls)
    paste(editing.tab.locator("textarea:focus"), headlines, "unused")
    assert editing.headlines(1) == ["Four", *(f"Story {url[-1]}" for url in urls)]
    assert [story.url for story in stories(editing, 1)][1:] == urls
    undo(editing.tab)
    assert editing.headlines(1) == ["Four", ""]

    editing.entry("Two").get_by_label("Link", exact=True).fill("")
    editing.headline("Two").fill("Two https://x.example/news")
    editing.tab.get_by_role("button", name="Use https://x.example/news as the link").click()
    story = stories(editing, 0)[1]
    assert (story.headline, story.url) == ("Two", "https://x.example/news")


DOCS = """<meta charset=utf-8><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir=ltr><span
style="white-space:pre-wrap">Dear all,</span></p><br /><p dir=ltr><span style="font-style:italic">a quiet
week.</span></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div><br></div><p>Mira<br></p></b><br
class="Apple-interchange-newline">"""


def test_empty_lines_between_paragraphs_are_left_out(editing: Editing) -> None:
    """As in documents of Google, Word and mail: they would be seen here, but in no email."""
    words = editing.section("Text").get_by_role("textbox", name="Text")
    words.click()
    editing.tab.keyboard.press("ControlOrMeta+a")
    paste(words, DOCS)
    assert words.locator("p").all_inner_texts() == ["Dear all,", "a quiet week.", "Mira"]
    assert words.locator("br").count() == 0
    assert editing.saved().sections[2].text == "Dear all,\n\n*a quiet week.*\n\nMira"  # type: ignore[union-attr]


def test_the_empty_entry_of_a_new_section_is_the_first_that_is_pasted(editing: Editing) -> None:
    editing.choose("Add a section", "Latest")
    paste(editing.section("Latest").last.get_by_role("button", name="Add a story"), "", "A\nB")
    assert editing.headlines(3) == ["A", "B"]
    undo(editing.tab)
    assert editing.headlines(3) == [""]


def test_a_linked_headline_brings_its_address_into_any_section(editing: Editing) -> None:
    for block, name in (("Feature", "Headline"), ("Sponsor", "Headline"), ("Button", "Button text")):
        editing.choose("Add a section", block)
        section = editing.tab.locator(".sect").last
        paste(section.get_by_label(name), "<h2><a href='https://x.example/keeper'>The keeper</a></h2>")
        expect(section.get_by_label(name)).to_have_value("The keeper")
        expect(section.get_by_label("Link", exact=True)).to_have_value("https://x.example/keeper")
        undo(editing.tab)
        expect(section.get_by_label(name)).to_have_value("")
        expect(section.get_by_label("Link", exact=True)).to_have_value("")


def test_no_paste_loses_a_word(editing: Editing) -> None:
    """Nested lists, tables, pieces of office programs and bare text, into each kind of field."""
    editing.choose("Add a section", "Notice")
    editing.status("Saved")
    editing.tab.context.set_offline(True)  # nothing needs to be saved
    chance = random.Random(2026)
    words = (f"word{index}" for index in itertools.count())
    htmls = [" ".join(_block(chance, words, 2) for _ in range(chance.randint(1, 3))) for _ in range(PASTES)]
    pastes = [[html, " ".join(re.findall(r"word\d+", html))] for html in htmls]
    labels = ["Text", "Statement", "Headline", "Blurb"]
    assert editing.tab.evaluate(PASTE_ALL, [labels, pastes]) == []


def _block(chance: random.Random, words: Iterator[str], depth: int) -> str:
    """Some HTML as programs copy it; between two words there is always something that is seen."""

    def inline() -> str:
        return _inline(chance, words)

    def inner() -> str:
        return _block(chance, words, depth - 1)

    if depth == 0:
        return f"<p>{inline()}</p>"
    return chance.choice(
        (
            lambda: f"<p class=MsoListParagraph><span style='mso-list:Ignore'>·&nbsp; </span>{inline()}</p>",
            lambda: f"<ul><li>{inline()}<li>{inner()}<ul>{inner()}</ul></ul>",
            lambda: f"<ol start=3><li>{inline()}</li><ol><li>{inner()}</li></ol></ol>",
            lambda: (
                f"<table><tr><td>{inline()}</td><td>{inner()}</td></tr><tr><th>{next(words)}</th></tr></table>"
            ),
            lambda: f"<div>{inline()} {inner()} {next(words)}</div>",
            lambda: f"<h2>{inline()}</h2>{inner()}",
            lambda: f"<dl><dt>{next(words)}</dt><dd>{inner()}</dd></dl>",
            lambda: f"<pre>{next(words)}\n{next(words)}</pre>",
            lambda: f"<blockquote>{inner()}</blockquote>{inline()}",
            lambda: f"<a href='https://x.example/'><h3>{next(words)}</h3>{inner()}</a>",
            lambda: f"<span style='display: block'>{next(words)}</span>{next(words)}",
            lambda: f"<details><summary>{next(words)}</summary>{inner()}</details>",
            inline,
        )
    )()


def _inline(chance: random.Random, words: Iterator[str]) -> str:
    marks = (
        "<b>{}</b>", "<i>{}</i>", "<a href='https://x.example/a'>{}</a>", "<a href='file:///x'>{}</a>",
        "<span style='font-weight:700'>{}</span>", "<code>{}</code>", "{}<br>", "<u>{}</u>&nbsp;", "{}\n",
        "<b style='font-weight:normal'>{}</b>", "<font color=red>{}</font>", "{}<o:p></o:p>", "<!-- x -->{}",
    )  # fmt: skip
    return " ".join(chance.choice(marks).format(next(words)) for _ in range(chance.randint(1, 4)))
