"""What good writers write is not objected to."""

import pytest

from newsletter.preflight.rules import RULES
from tests.preflight.drafts import PICTURE, STORY, a_section, sound

FINE = {
    "doubled_words": (
        "She had had enough, and that that was so is known.",
        "Die, die die Mühle sahen",
        "Nous nous levons. Vous vous levez.",
        "A 7 7 split; ha ha; Duran Duran",
        "The mill. Mill owners",
    ),
    "quotation_marks": (
        "„Es dreht sich“, sagte sie. “It turns,” she said.",
        "a) first, b) second :)",
        'A 27" screen',
        "“It turns.\n\n“It always did.”",
        "Don’t say ‘never’",
    ),
    "relative_days": ("It opens on Friday.", "A day trip to Todayland"),
    "link_text": ("[The mill’s own page](https://a.example/) is here.", "![here](https://a.example/x.png)"),
}


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in FINE.items() for text in texts])
def test_a_good_text_is_fine(key: str, text: str) -> None:
    assert RULES[key].findings(a_section(type="text", text=text)) == []


def test_uploaded_pictures_and_described_ones_are_fine() -> None:
    draft = a_section(type="image", image=PICTURE | {"src": "media:00", "alt": "Photo of a mill in 1902"})
    for key in ("hot_links", "file_name_alt"):
        assert RULES[key].findings(draft) == []


def test_a_story_of_the_day_is_in_time() -> None:
    draft = a_section(type="links", items=[STORY | {"provenance": {"published": "2026-11-20"}}])
    assert RULES["future_dates"].findings(draft) == []


def test_languages_without_words_for_days_are_left_alone() -> None:
    assert RULES["relative_days"].findings(sound(language="ar", subject="today")) == []
