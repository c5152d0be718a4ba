"""What a Markdown file says in forms that a document has not: written anew, or refused with the line."""

from typing import Any

import pytest

from newsletter.document import DocumentInvalid, dumps, loads
from newsletter.document.blocks.links import LinksSection
from newsletter.document.blocks.quotes import QuotesSection
from newsletter.document.markdown import from_markdown
from newsletter.document.richtext import DEEPEST_LIST, to_plain


def first(text: str) -> Any:
    document = from_markdown(f"---\ntitle: T\n---\n{text}")
    assert loads(dumps(document)) == document
    return document.sections[0]


def nested(levels: int) -> str:
    return "\n".join(f"{'  ' * level}- level {level}" for level in range(levels))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("See [the *minutes*][m].\n\n[m]: https://a.example/m", "See [the *minutes*](https://a.example/m)."),
        ("See [m] [sic].\n\n[m]: <https://a.example/m> 'Tip'", "See [m](https://a.example/m) [sic]."),
        ("At <https://a.example/?q=1>.", "At [https://a.example/?q=1](https://a.example/?q=1)."),
        ("Write to <desk@a.example>", "Write to [desk@a.example](mailto:desk@a.example)"),
        ("Half <https://a.example/(x>", "Half [https://a.example/(x](https://a.example/\\(x)"),
        (r"1\. no list, \*no\* marks, \[^1]", r"1\. no list, \*no\* marks, \[^1]"),
        ("3 * 4 * 5 & more\n*so*", "3 * 4 * 5 & more\n*so*"),
        ("+ a\n+ b\n\n4) c\n5) d", "+ a\n+ b\n\n4) c\n5) d"),
        (nested(DEEPEST_LIST), nested(DEEPEST_LIST)),
        (
            'Dear {{ name | default: "*you*" }}, [x][r]\n\n[r]: https://a.example/{{ name }}',
            'Dear {{ name | default: "*you*" }}, [x](https://a.example/{{ name }})',
        ),
    ],
)
def test_what_is_kept(text: str, kept: str) -> None:
    assert first(text).text == kept


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a\n\n| A | B |\n|---|---|\n| 1 | 2 |", 3, "Tables"),
        ("a\nsee[^n]\n\n[^n]: a note", 2, "Footnotes"),
        ("a\n\n[^n]: https://a.example", 3, "Footnotes"),
        ("a\n\n    indented", 3, "code block"),
        ("a\n*b `c` d*", 2, "Code"),
        ("a\nb <br> c", 2, "HTML"),
        ("<div>\na\n</div>", 1, "HTML"),
        ("a\n\n<!-- later -->", 3, "Comments"),
        ("a <!-- later --> b", 1, "Comments"),
        ("a\nb ![c](https://a.example/i.png)", 2, "Put an image on its own"),
        ("- a\n- ![c](https://a.example/i.png)", 2, "Put an image on its own"),
        ("a ~~b~~", 1, "Strikethrough"),
        ("- [x] done", 1, "Tick boxes"),
        ("a [b][c]", 1, "not defined"),
        ("a [b](https://a.example/two words)", 1, "not complete"),
        ("a\n\n[b]: https://a.example", 3, "Nothing in the text refers"),
        ("[b]\n\n[b]: https://a.example\n[b]: https://b.example", 4, "defined twice"),
        ("- a\n  > b", 2, "A quotation cannot be"),
        ("> a\n>\n> # b", 3, "A heading cannot be"),
        ("- a\n\n  ---", 3, "A divider cannot be"),
        ("## [a](https://a.example)", 1, "A heading cannot be a link"),
        ("[a](javascript:alert(1))", 1, "must begin with https://"),
        ("<vbscript:x>", 1, "must begin with https://"),
        (nested(DEEPEST_LIST + 1), DEEPEST_LIST + 1, "at most 9 levels"),
        (nested(80), DEEPEST_LIST + 1, "at most 9 levels"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, line: int, sentence: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        first(text)
    (place,) = caught.value.fields
    assert (place, sentence in caught.value.fields[place]) == (f"line {line + 3}", True), caught.value.message


@pytest.mark.parametrize(
    ("rest", "blurb", "outlet"),
    [
        (" – It left. (The Harbour Post)", "It left.", "The Harbour Post"),
        (" – It left. (*The Harbour* Post)", "It left.", "The Harbour Post"),
        (" – It left. (R&amp;B News)", "It left.", "R&B News"),
        (" – It left (Le Soir)", "It left", "Le Soir"),
        (" (dpa)", "", "dpa"),
        ("\n  It left. (taz)", "It left.", "taz"),
        (" – It left.\n\n  At noon. (Le Soir)", "It left.\n\nAt noon.", "Le Soir"),
        (" – Read [all of it](https://a.example/all)", "Read [all of it](https://a.example/all)", ""),
        (" – It left. ([Le Soir](https://s.example))", "It left. ([Le Soir](https://s.example))", ""),
        (" – It costs 12 (Euro)", "It costs 12 (Euro)", ""),
        (" – It costs more (about £3)", "It costs more (about £3)", ""),
        (" – It is late (see below)", "It is late (see below)", ""),
        (" – In the capital (Oslo).", "In the capital (Oslo).", ""),
        (r" – In the capital. \(Oslo)", "In the capital. (Oslo)", ""),
        (r" – In the capital. (Oslo\)", "In the capital. (Oslo)", ""),
    ],
)
def test_the_outlet_is_a_parenthesis_of_its_own(rest: str, blurb: str, outlet: str) -> None:
    section = first(f"- [Head](https://a.example/h){rest}")
    assert isinstance(section, LinksSection)
    (item,) = section.items
    assert (item.headline, to_plain(item.blurb), item.provenance.outlet) == ("Head", to_plain(blurb), outlet)


@pytest.mark.parametrize(
    ("text", "said", "author"),
    [
        ("> Ten years – and *one* morning &amp; it left.", "Ten years – and one morning & it left.", ""),
        ("> Ten years.\n> — Mira Olsen", "Ten years.", "Mira Olsen"),
        ("> Ten years.\n>\n> -- **Mira** Olsen", "Ten years.", "Mira Olsen"),
        ("> — I was there.", "— I was there.", ""),
        ("> — Who goes?\n> — Only me.", "— Who goes?\n— Only me.", ""),
        ("> See [it](https://a.example/it)", "See it (https://a.example/it)", ""),
        ("> First:\n>\n> - a\n> - b", "First:\n\n- a\n- b", ""),
    ],
)
def test_a_quotation_is_read_as_markdown(text: str, said: str, author: str) -> None:
    section = first(text)
    assert isinstance(section, QuotesSection)
    (quote,) = section.items
    assert (quote.text, quote.author) == (said, author)


def test_the_author_line_of_a_quotation() -> None:
    (quote,) = first("> a\n> — [Mira](https://a.example/p) (@mira), Net, Club, 2026-05-13").items
    assert (quote.author, quote.handle, quote.network) == ("Mira", "@mira", "Net, Club")
    assert (quote.permalink, str(quote.date)) == ("https://a.example/p", "2026-05-13")
    (quote,) = first("> a\n> — Mira, https://a.example/q.").items
    assert quote.permalink == "https://a.example/q"


def test_marks_without_end_are_refused() -> None:
    with pytest.raises(DocumentInvalid, match="nested too deeply"):
        first("*" * 9_000 + "a" + "*" * 9_000)
