"""How much of a message each section and item is; of the marks nothing is left."""

from typing import Any

import pytest

from newsletter.document.blocks import BLOCKS
from newsletter.rendering.compile_input import CompileInput, compile_from, compile_with_parts
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.theme import Theme
from newsletter.rendering.themes import THEMES
from tests.rendering.issues import issue_of, reference_digest

HEADERS = MessageHeaders(from_email="a@weekly.example")
every_theme = pytest.mark.parametrize("theme", list(THEMES), ids=THEMES.keys())


@every_theme
def test_all_but_the_frame_is_in_some_section(theme: Theme) -> None:
    given = CompileInput(issue_of(document=reference_digest(), theme=theme.key), HEADERS)
    message, parts = compile_with_parts(given)
    html = message.fill_html({})
    assert "data-item" not in html
    assert "<!--section" not in html
    assert message.html_bytes == compile_from(given).html_bytes
    sections = {part.path: part.octets for part in parts if part.path == part.section_path}
    assert list(sections) == [f"sections[{n}]" for n in range(len(reference_digest().sections))]
    assert 0.5 < sum(sections.values()) / message.html_bytes < 1
    for path, octets in sections.items():
        items = [part.octets for part in parts if part.section_path == path != part.path]
        assert sum(items) <= octets


@every_theme
@pytest.mark.parametrize("key", ["notice", "links", "quotes", "latest"])
def test_each_item_is_measured(theme: Theme, key: str) -> None:
    section = BLOCKS[key].example()
    _, parts = compile_with_parts(CompileInput(issue_of(section, theme=theme.key), HEADERS))
    shown = getattr(section, "shown", getattr(section, "items", ()))
    assert [part.path for part in parts] == [
        "sections[0]",
        *(f"sections[0].items[{n}]" for n in range(len(shown))),
    ]


def test_a_longer_text_is_larger_by_its_octets() -> None:
    section = BLOCKS["links"].example()
    given: tuple[Any, ...] = getattr(section, "items", ())
    item, others = given[0], given[1:]
    longer = item.model_copy(update={"headline": f"{item.headline} é<"})
    before, after = (
        compile_with_parts(CompileInput(issue_of(each), HEADERS))[1]
        for each in (section, section.model_copy(update={"items": (longer, *others)}))
    )
    added = len(" é&lt;".encode())
    assert [after[n].octets - before[n].octets for n in range(3)] == [added, added, 0]
