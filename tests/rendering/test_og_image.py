"""The picture that shared links show: no title breaks it, and none leaves empty boxes."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from newsletter.rendering.og_image.draw import HEIGHT, WIDTH, OgFacts, draw_og_image, is_drawn_from
from newsletter.rendering.og_image.fonts import FILES, FOLDER, has_raqm, runs_of
from newsletter.rendering.og_image.layout import (
    in_visual_order,
    is_drawable,
    line_width,
    words_in,
    wrap,
)

FACTS = OgFacts(
    publication="The Weekly",
    title="The harbours agree on a clock",
    number="Issue 41",
    day="27 November 2026",
    direction="ltr",
    paper="#ffffff",
    ink="#1a1815",
    soft="#5f594f",
    accent="#b5321c",
)
TITLES = [
    *("", " ", "🎉", "🎉👩\u200d💻 ❤️", "…", "\u200d\ufe0f", "\u0301", "\u202eevil", "a\ufffe\uffffb"),
    *("今週、東京都の港で会議が開かれた", "x" * 300, "é" * 300, "W " * 150, "Ελλάδα, Київ, Őrség"),
    *("الموانئ تتفق على ساعة واحدة", "«EU 2026» تعلن", "שלום 41"),
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
]


def seen(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    image.load()
    return image


@pytest.mark.parametrize("number", range(len(TITLES)))
def test_any_title_makes_a_picture(number: int) -> None:
    title = TITLES[number]
    for direction in ("ltr", "rtl"):
        facts = replace(FACTS, title=title, publication=title, direction=direction)
        image = seen(draw_og_image(facts))
        assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
        margins = [image.crop((0, 30, 76, HEIGHT)), image.crop((WIDTH - 76, 30, WIDTH, HEIGHT))]
        assert all(len(set(margin.convert("RGB").getcolors() or ())) == 1 for margin in margins), "too wide"


def test_what_no_font_has_is_left_out() -> None:
    assert ["".join(run.text for run in word.runs) for word in words_in("A 🎉 party 今 ok")] == [
        "A",
        "party",
        "ok",
    ]
    assert [is_drawable(title) for title in ("今週の港", "Tokyo 東京都庁", "The 東 gate is open", "🎉")] == [
        *(False, False, True, False)
    ]
    plain, festive = draw_og_image(FACTS), draw_og_image(replace(FACTS, title=f"{FACTS.title} 🎉"))
    assert seen(plain).tobytes() == seen(festive).tobytes()


def test_the_fonts_are_there_with_their_licences() -> None:
    assert {run.file for run in runs_of("aőệжλ")} == set(FILES[:5])
    if has_raqm():
        assert {run.file for run in runs_of("سש")} == set(FILES[5:])
    licences = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*-LICENSE.txt")]
    assert len(licences) == 4
    assert all("SIL Open Font License, Version 1.1" in " ".join(licence.split()) for licence in licences)


def test_lines_are_no_wider_than_there_is_room() -> None:
    for size in (44, 88):
        for line in wrap(words_in("Some words and " + "v" * 90), size, 1040):
            assert line_width(line, size) <= 1040


@pytest.mark.parametrize(
    ("title", "rtl", "order"),
    [
        ("one two 3", False, "one two 3"),
        ("العدد 41 · 27 نوفمبر", True, "نوفمبر 27 · 41 العدد"),
        ("EU 2026 تعلن", True, "تعلن EU 2026"),
        ("see العدد 41 now", False, "see 41 العدد now"),
    ],
)
def test_words_stand_in_their_order(title: str, rtl: bool, order: str) -> None:
    if not has_raqm():
        pytest.skip("Pillow cannot shape text here: there is no FriBiDi")
    words = in_visual_order(words_in(title), line_is_rtl=rtl)
    assert " ".join("".join(run.text for run in word.runs) for word in words) == order


def test_a_picture_says_what_it_was_drawn_from() -> None:
    png = draw_og_image(FACTS)
    assert is_drawn_from(png, FACTS)
    for name in ("title", "number", "day", "publication", "accent"):
        other = "#00aa00" if name == "accent" else "Another"
        assert not is_drawn_from(png, replace(FACTS, **{name: other})), name
    for broken in (b"", b"no picture", png[:40]):
        assert not is_drawn_from(broken, FACTS)
