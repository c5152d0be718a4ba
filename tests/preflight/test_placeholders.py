"""What was left to be filled in is found, and ordinary words are left alone."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.preflight.finding import Finding
from newsletter.preflight.rules.placeholders import PLACEHOLDERS
from tests.preflight.drafts import STORY, a_section, sound

LEFT_BEHIND = [
    "TK", "A headline TK here", "TKTK", "(TK)", "lorem ipsum", "Lorem  Ipsum dolor", "dolor sit amet",
    "[headline]", "[ Headline here ]", "[link 2]", "[insert name]", "[Your text here]", "[TK]", "[xx]", "XXX",
    "on XXX street", "XXXX",
]  # fmt: skip
FINE = [
    "TKO in round three", "The STK exchange", "Turkey (TKY)", "tk", "kilo lorem", "Florem ipsum", "XX",
    "Size XXL", "XXXIV", "Super Bowl XXXVI", "xxx", "[Headline](https://example.org/)", "[the port](https://example.org/)",
    "[sic]", "He said [the minister] left", "[...]", "headline", "[1]",
]  # fmt: skip


@pytest.mark.parametrize("text", LEFT_BEHIND)
def test_placeholders_are_found(text: str) -> None:
    assert [finding.path for finding in PLACEHOLDERS.findings(sound(title="T", subject=text))] == ["subject"]


@pytest.mark.parametrize("text", FINE)
def test_ordinary_words_are_not_placeholders(text: str) -> None:
    assert PLACEHOLDERS.findings(a_section(type="text", text=text)) == []


def test_addresses_are_not_searched_for_placeholders() -> None:
    story = STORY | {"url": "https://example.org/TK/XXX"}
    assert PLACEHOLDERS.findings(a_section(type="links", items=[story])) == []


@given(
    words=st.lists(st.text(st.characters(categories=["L", "Nd", "Po", "Zs"]), max_size=12), max_size=6),
    at=st.integers(0, 6),
)
def test_a_placeholder_is_found_among_any_words(words: list[str], at: int) -> None:
    text = " ".join([*words[:at], "TK", *words[at:]])
    draft = sound()
    spoiled = draft.document.model_copy(update={"subject": text})
    found: list[Finding] = PLACEHOLDERS.findings(dataclasses.replace(draft, document=spoiled))
    assert any(finding.path == "subject" for finding in found)
