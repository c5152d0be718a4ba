"""Paper-cut pictures: sheets of coloured paper, laid one over another, each with the shadow it throws."""

import math
import random
from collections.abc import Iterable, Sequence
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Colour = tuple[int, int, int]

WIDTH, HEIGHT = 1200, 675
_SCALE = 2  # drawn twice as large and made smaller, so that edges are smooth


def colour(text: str) -> Colour:
    """`#rrggbb` as numbers."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


class Sheet:
    """A sheet being cut: shapes are added and cut out, in pixels of the finished picture."""

    def __init__(self) -> None:
        self.mask = Image.new("L", (WIDTH * _SCALE, HEIGHT * _SCALE))
        self._draw = ImageDraw.Draw(self.mask)

    def polygon(self, points: Iterable[Point], *, keep: bool = True) -> "Sheet":
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=255 if keep else 0)
        return self

    def box(self, left: float, top: float, right: float, bottom: float, *, keep: bool = True) -> "Sheet":
        return self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], keep=keep)

    def disc(self, x: float, y: float, radius: float, *, keep: bool = True) -> "Sheet":
        box = [(edge * _SCALE) for edge in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(box, fill=255 if keep else 0)
        return self


class Picture:
    """Sheets laid on a background that goes from one colour at the top to another at the bottom."""

    def __init__(self, top: str, bottom: str) -> None:
        self._image = _gradient(colour(top), colour(bottom), (WIDTH * _SCALE, HEIGHT * _SCALE))

    def lay(self, sheet: Sheet, top: str, bottom: str = "", *, lift: float = 7) -> None:
        """Lay `sheet` in a colour, or in two from top to bottom; `lift` is how far its shadow reaches."""
        box = sheet.mask.getbbox()
        if box is None:
            return
        if lift:
            self._throw_shadow(sheet.mask, box, lift)
        size = (box[2] - box[0], box[3] - box[1])
        paint = _gradient(colour(top), colour(bottom or top), size)
        self._image.paste(paint, box[:2], sheet.mask.crop(box))

    def _throw_shadow(self, mask: Image.Image, box: tuple[int, int, int, int], lift: float) -> None:
        """A soft shadow above and around the sheet, as from a lamp below the picture."""
        reach = round(lift * 3 * _SCALE)
        rise = round(lift * 0.6 * _SCALE)
        left, top, right, bottom = (box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach)
        shape = mask.crop((left, top + rise, right, bottom + rise))
        soft = shape.reduce(4).filter(ImageFilter.GaussianBlur(lift * _SCALE / 4)).resize(shape.size)
        dark = Image.new("RGB", shape.size, (18, 16, 22))
        self._image.paste(dark, (left, top), soft.point(lambda value: value * 0.34))

    def glow(self, x: float, y: float, radius: float, light: str, strength: float = 0.55) -> None:
        """Light around a point, in pixels of the finished picture."""
        reach = round(radius * 5)
        halo = Image.new("L", (reach // 4, reach // 4))
        ImageDraw.Draw(halo).ellipse((reach / 10, reach / 10, reach * 3 / 20, reach * 3 / 20), fill=255)
        halo = halo.filter(ImageFilter.GaussianBlur(radius / 6))
        soft = halo.resize((reach * _SCALE, reach * _SCALE), Image.Resampling.BICUBIC)
        mask = soft.point(lambda value: value * strength)
        place = (round((x - reach / 2) * _SCALE), round((y - reach / 2) * _SCALE))
        self._image.paste(Image.new("RGB", mask.size, colour(light)), place, mask)

    def jpeg(self, grain: int) -> bytes:
        """The finished picture, with the grain of paper (`grain` seeds it), as a JPEG file."""
        image = self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        noise = Image.frombytes("L", (WIDTH, HEIGHT), random.Random(grain).randbytes(WIDTH * HEIGHT))  # noqa: S311
        fibres = noise.filter(ImageFilter.GaussianBlur(0.8)).convert("RGB")
        file = BytesIO()
        ImageChops.soft_light(
            image, Image.blend(Image.new("RGB", image.size, (128,) * 3), fibres, 0.35)
        ).save(file, "jpeg", quality=90, subsampling=0)
        return file.getvalue()


def ridge(seed: int, base: float, height: float, waves: Sequence[float] = (1.3, 2.9, 5.3)) -> list[Point]:
    """The outline of hills or water from edge to edge: sums of sines that `seed` shifts."""
    chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    shifts = [chance.uniform(0, math.tau) for _ in waves]
    points: list[Point] = []
    for step in range(121):
        across = step / 120
        sum_ = sum(
            math.sin(math.tau * wave * across + shift) / (number + 1)
            for number, (wave, shift) in enumerate(zip(waves, shifts, strict=True))
        )
        points.append((across * WIDTH, base - height * sum_ / 2))
    return points


def ground(outline: list[Point]) -> Sheet:
    """Everything below an outline."""
    return Sheet().polygon([*outline, (WIDTH, HEIGHT), (0, HEIGHT)])


def _gradient(top: Colour, bottom: Colour, size: tuple[int, int]) -> Image.Image:
    """A sheet that changes from `top` to `bottom`."""
    if top == bottom:
        return Image.new("RGB", size, top)
    # All columns are alike: one is mixed, and repeated.
    column = (1, size[1])
    mix = Image.linear_gradient("L").resize(column)
    mixed = Image.composite(Image.new("RGB", column, bottom), Image.new("RGB", column, top), mix)
    return mixed.resize(size, Image.Resampling.NEAREST)
