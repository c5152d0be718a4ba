"""Golden HTML and text of every block in every theme, and of the reference digest."""

from dataclasses import replace
from typing import Any

import pytest

from newsletter.document.blocks import BLOCKS
from newsletter.document.section import Block
from newsletter.rendering.compose import compose, template_context
from newsletter.rendering.environment import render
from newsletter.rendering.inline import inline
from newsletter.rendering.plain_text import tidy
from newsletter.rendering.slots import SlotTable
from newsletter.rendering.theme import Theme
from newsletter.rendering.themes import THEMES
from tests.golden.compare import assert_golden
from tests.rendering.designs import DESIGN, with_header
from tests.rendering.issues import issue_of, reference_digest

every_block = pytest.mark.parametrize("block", list(BLOCKS), ids=BLOCKS.keys())
every_theme = pytest.mark.parametrize("theme", list(THEMES), ids=THEMES.keys())


@every_theme
@every_block
def test_block(block: Block[Any], theme: Theme) -> None:
    example = block.example()
    context = template_context(issue_of(example, theme=theme.key), SlotTable(nonce="slot")) | {
        "section": example
    }
    for kind in ("html", "txt"):
        names = [f"{theme.folder}/blocks/{block.key}.{kind}", f"blocks/{block.key}.{kind}"]
        assert_golden(f"blocks/{theme.key}/{block.key}.{kind}", tidy(render(names, context)))


@every_theme
def test_reference_digest(theme: Theme) -> None:
    composed = compose(issue_of(document=reference_digest(), theme=theme.key), SlotTable(nonce="slot"))
    assert_golden(f"themes/{theme.key}/digest.html", inline(composed.html))
    assert_golden(f"themes/{theme.key}/digest.txt", composed.text)


@every_theme
def test_reference_digest_in_a_design_of_its_own(theme: Theme) -> None:
    given = issue_of(document=reference_digest(), theme=theme.key, publication=with_header(DESIGN))
    composed = compose(given, SlotTable(nonce="slot"))
    assert_golden(f"themes/{theme.key}/designed.html", inline(composed.html))


def test_the_same_input_gives_the_same_bytes() -> None:
    given = issue_of(document=reference_digest())
    first, second = (compose(replace(given), SlotTable(nonce="slot")) for _ in range(2))
    assert (first.html, first.text) == (second.html, second.text)
