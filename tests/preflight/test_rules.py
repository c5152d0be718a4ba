"""Each rule objects to what it is for, says where, and has nothing to say about a sound issue."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.document.blocks import BLOCKS
from newsletter.document.walk import texts
from newsletter.preflight.draft import Draft, ImageWords
from newsletter.preflight.finding import Level
from newsletter.preflight.rules import RULES
from newsletter.preflight.rules.placeholders import PLACEHOLDERS
from tests.preflight.drafts import (
    a_section,
    document,
    sound,
)
from tests.preflight.failing import FAILING
from tests.preflight.passing import PASSING

CASES = [(key, *case) for key, cases in FAILING.items() for case in cases]
SOUND = [(key, make) for key, cases in PASSING.items() for make in cases]


def test_every_rule_has_a_failing_and_a_passing_fixture() -> None:
    assert set(FAILING) == set(PASSING) == set(RULES.keys())
    assert all(FAILING.values())
    assert all(PASSING.values())


@pytest.mark.parametrize(("key", "make"), SOUND)
def test_a_rule_lets_pass_what_is_near(key: str, make: Callable[[], Draft]) -> None:
    assert RULES[key].findings(make()) == []


@pytest.mark.parametrize(("key", "spoil", "level", "path"), CASES)
def test_a_rule_finds_what_it_is_for(key: str, spoil: Callable[[], Draft], level: Level, path: str) -> None:
    found = RULES[key].findings(spoil())
    assert [(finding.rule, finding.level, finding.path) for finding in found] == [(key, level, path)]
    message = found[0].message
    assert message[0].isupper() or message[0] in "“h"
    assert message.endswith(".")
    assert "!" not in message


@pytest.mark.parametrize("rule", list(RULES), ids=lambda rule: rule.key)
def test_a_rule_has_nothing_to_say_about_a_sound_issue(rule: Any) -> None:
    assert rule.findings(sound()) == []


@pytest.mark.parametrize("key", BLOCKS.keys())
def test_the_examples_of_blocks_can_be_sent(key: str) -> None:
    draft = dataclasses.replace(
        sound(), document=document().model_copy(update={"sections": (BLOCKS[key].example(),)})
    )
    found = [finding for rule in RULES for finding in rule.findings(draft)]
    assert [f for f in found if f.level is Level.BLOCKING and f.rule != "empty"] == []


def test_words_of_the_library_count_for_uploaded_images() -> None:
    draft = dataclasses.replace(
        a_section(type="image", image={"src": "media:00"}), media={"media:00": ImageWords("A mill", "Ilse")}
    )
    assert [finding for key in ("media", "alt", "credit") for finding in RULES[key].findings(draft)] == []


def test_a_standing_section_is_in_time_on_its_last_day() -> None:
    assert RULES["review_date"].findings(a_section(type="about", text="x", review_by="2026-11-20")) == []


@given(st.data())
def test_paths_name_a_place_that_exists(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(BLOCKS.keys()))
    spoiled = document().model_copy(update={"sections": (BLOCKS[key].example(),), "title": "XXX"})
    places = {place.path for place in texts(spoiled)}
    for finding in PLACEHOLDERS.findings(dataclasses.replace(sound(), document=spoiled)):
        assert finding.path in places


@pytest.mark.parametrize(
    "facts",
    [
        {"subject": "AT&T; R&D; a &unknown; b"},
        {"title": "Mühlen\u00ad" * 7},
        {"title": "well-" * 20},
        {"sections": [{"type": "text", "text": "[words](https://a.example/" + "x" * 90 + ") &amp; more"}]},
    ],
)
def test_what_mail_programs_show_well_is_no_finding(facts: dict[str, Any]) -> None:
    draft = sound(**facts)
    assert [*RULES["entities"].examine(draft), *RULES["long_words"].examine(draft)] == []
