"""Draw the picture of an issue: 1200 × 630 pixels, as programs that show shared links want it."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256
from io import BytesIO
from threading import Lock

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from newsletter.rendering.og_image.fonts import load_font
from newsletter.rendering.og_image.layout import (
    LINE_HEIGHT,
    SPACE,
    Word,
    fits,
    in_visual_order,
    is_drawable,
    line_width,
    words_in,
    wrap,
)

WIDTH, HEIGHT = 1200, 630
MARGIN, BAND = 80, 18
NAME_SIZE, FOOT_SIZE = 38, 30
TITLE_TOP, TITLE_BOTTOM = 178, 500  # where the title may stand
TITLE_SIZES = (88, 76, 66, 58, 50, 44)
VERSION = 1  # to be increased whenever the same facts would be drawn otherwise
MADE_OF = "Source"  # the text in the file that says what it was drawn from (PNG 11.3.4.2)

_drawing = Lock()  # fonts are shared, and many requests at once must not take all processors


@dataclass(frozen=True)
class OgFacts:
    """What the picture says, and its colours (`#rrggbb`). `direction` is `ltr` or `rtl`."""

    publication: str
    title: str
    number: str
    day: str
    direction: str
    paper: str
    ink: str
    soft: str
    accent: str

    @property
    def digest(self) -> str:
        """The same for pictures that look the same."""
        return sha256(repr((VERSION, astuple(self))).encode("utf-8", "replace")).hexdigest()


def is_drawn_from(png: bytes, facts: OgFacts) -> bool:
    """Whether `png` is the picture of `facts`; anything that is no picture is not."""
    try:
        with Image.open(BytesIO(png), formats=["PNG"]) as image:
            return image.info.get(MADE_OF) == facts.digest
    except (OSError, SyntaxError, ValueError):
        return False


def draw_og_image(facts: OgFacts) -> bytes:
    """The picture as a PNG file. One is drawn at a time."""
    with _drawing:
        image = Image.new("RGB", (WIDTH, HEIGHT), facts.paper)
        sheet = _Sheet(ImageDraw.Draw(image), is_rtl=facts.direction == "rtl")
        sheet.canvas.rectangle((0, 0, WIDTH, BAND), fill=facts.accent)
        _write(sheet, facts)
        file = BytesIO()
        made_of = PngInfo()
        made_of.add_text(MADE_OF, facts.digest)
        image.save(file, "png", pnginfo=made_of)
        return file.getvalue()


@dataclass(frozen=True)
class _Sheet:
    """Where is drawn, and from which side."""

    canvas: ImageDraw.ImageDraw
    is_rtl: bool

    def line(self, words: Sequence[Word], size: int, baseline: float, colour: str) -> None:
        """Write `words` at the margin where lines begin."""
        x = WIDTH - MARGIN - line_width(words, size) if self.is_rtl else float(MARGIN)
        for word in in_visual_order(words, line_is_rtl=self.is_rtl):
            for run in word.runs[::-1] if word.is_rtl else word.runs:
                font = load_font(run.file, size)
                place = (x, baseline)
                self.canvas.text(
                    place, run.text, font=font, fill=colour, anchor="ls", direction=word.direction
                )
                x += font.getlength(run.text, direction=word.direction)
            x += size * SPACE


def _write(sheet: _Sheet, facts: OgFacts) -> None:
    room = WIDTH - 2 * MARGIN
    title = words_in(facts.title) if is_drawable(facts.title) else []
    name = wrap(words_in(facts.publication), NAME_SIZE, room)
    if name and title:
        sheet.line(name[0], NAME_SIZE, 122, facts.ink)
    _write_title(sheet, title or words_in(facts.publication), facts.ink)
    sheet.canvas.rectangle((MARGIN, 530, WIDTH - MARGIN, 532), fill=facts.ink)
    foot = wrap(words_in(f"{facts.number} · {facts.day}"), FOOT_SIZE, room)
    if foot:
        sheet.line(foot[0], FOOT_SIZE, 580, facts.soft)


def _write_title(sheet: _Sheet, words: Sequence[Word], colour: str) -> None:
    """As large as there is room for; what is too long even for the smallest size ends with an ellipsis."""
    room, height = WIDTH - 2 * MARGIN, TITLE_BOTTOM - TITLE_TOP
    for size in TITLE_SIZES:
        lines = wrap(words, size, room)
        most = int(height // (size * LINE_HEIGHT))
        if len(lines) <= most and fits(words, size, room):
            break
    if len(lines) > most:
        lines = [*lines[: most - 1], _shortened(lines[most - 1], size, room)]
    for number, line in enumerate(lines):
        sheet.line(line, size, TITLE_TOP + size + number * size * LINE_HEIGHT, colour)


def _shortened(line: list[Word], size: int, room: int) -> list[Word]:
    ellipsis = Word(words_in("…")[0].runs, line[-1].is_rtl)
    kept = list(line)
    while len(kept) > 1 and line_width([*kept, ellipsis], size) > room:
        kept.pop()
    return [*kept, ellipsis]
