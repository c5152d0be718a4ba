"""What a screen reader says of an email, and in which order."""

from itertools import pairwise

import pytest

from newsletter.rendering.compile_input import CompileInput, compile_from
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.preview.reading_order import Announcement, PartRole, Role, reading_order
from newsletter.rendering.themes import THEMES
from tests.rendering.issues import issue_of, reference_digest
from tests.rendering.pages import page


def said(body: str) -> list[str]:
    """Each announcement after the language as “role words”, with its figures."""
    return [_line(each) for each in reading_order(page(body)) if each.role is not Role.LANGUAGE]


def _line(each: Announcement) -> str:
    figures = [figure for figure in (each.level, each.count, each.columns) if figure]
    return " ".join(map(str, [each.role, *figures, each.words])).strip()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<h1>A <em>fine</em> day</h1><p>Go\n  out.</p>", ["heading 1 A fine day", "text Go out."]),
        ("<h3><a href='https://x.example/'>Ferry</a></h3>", ["heading 3 Ferry"]),
        ("<div role='heading' aria-level='4'>Four</div>", ["heading 4 Four"]),
        ("<div role='heading' aria-level='x'>Two</div>", ["heading 2 Two"]),
        ("<ul><li>One</li><li><p>Two</p>More</li></ul>", ["list 2", "item One", "item Two", "text More"]),
        ("<ul><li><div></div>One</li></ul>", ["list 1", "item One"]),
        ("<blockquote><p>Said.</p></blockquote><hr>", ["quote Said.", "separator"]),
        ("Before<div>Inside</div>after", ["text Before", "text Inside", "text after"]),
        ("<p>One<br>two</p>", ["text One two"]),
        ("<h2></h2><p>Words</p>", ["text Words"]),
        (
            "<div role='article' aria-roledescription='email' aria-label='News'>Hi</div>",
            ["group News", "text Hi"],
        ),
        ("<p>\u034f \u200c \u034f\u00a0</p><p>Words</p>", ["text Words"]),
    ],
)
def test_words_are_said_in_the_order_of_the_document(body: str, expected: list[str]) -> None:
    assert said(body) == expected


@pytest.mark.parametrize(
    "hidden",
    [
        "<div style='display:none'>X</div>",
        "<div style='color:red; visibility: hidden'>X</div>",
        "<div aria-hidden='true'>X</div>",
        "<div hidden>X</div>",
        "<!-- X -->",
        "<style>X</style>",
        "<!--[if mso]><p>X</p><![endif]-->",
    ],
)
def test_what_is_hidden_is_not_said(hidden: str) -> None:
    assert said(f"{hidden}<p>Seen</p>") == ["text Seen"]


def test_a_table_for_layout_is_not_there_and_one_of_data_is_announced() -> None:
    cells = "<tr><td>One</td><td>Two</td></tr>"
    assert said(f"<table role='presentation'>{cells}</table>") == ["text One", "text Two"]
    assert said(f"<table>{cells}</table>") == ["table 1 2", "text One", "text Two"]


@pytest.mark.parametrize(
    ("body", "role", "words"),
    [
        ("<img src='a.jpg' alt='A  mill'>", PartRole.IMAGE, "A mill"),
        ("<img src='a.jpg' alt=''>", PartRole.DECORATIVE, ""),
        ("<img src='a.jpg' alt='A mill' role='presentation'>", PartRole.DECORATIVE, ""),
        ("<img src='https://x.example/photos/IMG%20001.jpg?w=1'>", PartRole.UNNAMED, "IMG 001.jpg"),
        ("<img src='http://[x/'>", PartRole.UNNAMED, "http://[x/"),
        ("<a href='https://x.example/'><img src='a.jpg' alt='A mill'></a>", PartRole.IMAGE_LINK, "A mill"),
        ("<a href='https://x.example/'><img src='a.jpg' alt=''></a>", PartRole.LINK, "https://x.example/"),
        ("<a href='https://x.example/' aria-label='The mill'>here</a>", PartRole.LINK, "The mill"),
        ("<a href='https://x.example/'><p>The mill</p></a>", PartRole.LINK, "The mill"),
        ("<a name='x'>The mill</a>", PartRole.TEXT, "The mill"),
    ],
)
def test_links_and_images_are_said_by_their_names(body: str, role: PartRole, words: str) -> None:
    [part] = reading_order(page(body))[1].parts
    assert (part.role, part.words) == (role, words)


def test_a_link_within_a_sentence_is_a_part_of_it() -> None:
    _, sentence = reading_order(page("<p>See <a href='https://x.example/'>the text</a>, now.</p>"))
    assert [(part.role, part.words) for part in sentence.parts] == [
        (PartRole.TEXT, "See "),
        (PartRole.LINK, "the text"),
        (PartRole.TEXT, ", now."),
    ]


def test_another_language_is_announced_where_it_begins_and_where_it_ends() -> None:
    _, *rest = reading_order(page("<p>He said <i lang='fr'>merci</i> twice.</p><p>And left.</p>"))
    parts = [(part.words, part.language) for each in rest for part in each.parts]
    assert parts == [("He said ", ""), ("merci", "fr"), (" twice.", "en"), ("And left.", "")]


def test_lists_in_lists_are_deeper() -> None:
    order = reading_order(page("<ul><li>One<ol><li>Two</li></ol></li></ul><p>Out</p>"))
    assert [(each.words, each.depth) for each in order[1:]] == [
        ("", 0),
        ("One", 1),
        ("", 1),
        ("Two", 2),
        ("Out", 0),
    ]


@pytest.mark.parametrize("theme", THEMES.keys())
def test_the_reference_digest_reads_well(theme: str) -> None:
    given = CompileInput(
        issue_of(document=reference_digest(), theme=theme), MessageHeaders(from_email="a@weekly.example")
    )
    order = reading_order(compile_from(given).fill_html({}))
    assert [each.role for each in order[:2]] == [Role.LANGUAGE, Role.GROUP]
    levels = [each.level for each in order if each.role is Role.HEADING]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert not any(after - before > 1 for before, after in pairwise(levels))
    assert Role.TABLE not in {each.role for each in order}  # every one of ours is for the layout
    assert not any(part.role is PartRole.UNNAMED for each in order for part in each.parts)
    assert "The first ferry in nine years, a treaty" not in " ".join(
        each.words for each in order
    )  # preheader
