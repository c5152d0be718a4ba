"""The pictures of the demo, drawn by the project itself: five evenings and mornings on an invented coast."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.demo.paper import HEIGHT, WIDTH, Picture, Point, Sheet, ground, ridge

SEA = (2.1, 4.3, 7.9)


@dataclass(frozen=True)
class Drawing:
    """A picture that the documents call `media:<name>`, and its words."""

    name: str
    draw: Callable[[], bytes]
    alt: str
    caption: str = ""
    credit: str = "Paper cut: The Lantern Coalition"
    licence: str = "CC0"


def lighthouse() -> bytes:
    """A lighthouse on its rock, the sun low behind the islands."""
    picture = Picture("#f2c79a", "#fbeed6")
    picture.glow(815, 352, 300, "#fff3d6", 0.8)
    picture.lay(Sheet().disc(815, 362, 118), "#fdf1d3", "#f7c98c", lift=3)
    picture.lay(ground(ridge(4, 420, 60)), "#d9967a", "#cf8570")
    picture.lay(ground(ridge(9, 462, 70)), "#a6655f", "#8f5658")
    picture.lay(ground(ridge(15, 520, 26, SEA)), "#5a7c86", "#4a6d79")
    beam = Sheet().polygon([(332, 176), (WIDTH, 40), (WIDTH, 205), (332, 190)])
    picture.glow(332, 183, 90, "#fff6d8", 0.9)
    picture.lay(beam, "#fbe7bf", lift=0)
    rock = [
        (0, 560),
        (90, 520),
        (170, 500),
        (250, 478),
        (330, 470),
        (420, 486),
        (500, 530),
        (590, 590),
        (690, 675),
    ]
    tower = Sheet().polygon([(290, 500), (306, 205), (358, 205), (374, 500)])
    picture.lay(tower, "#fdf8ec", "#e9dcc6")
    for top, bottom in ((262, 310), (368, 420)):
        picture.lay(_band(top, bottom), "#c2371d", "#a92f1a", lift=0)
    picture.lay(Sheet().box(294, 198, 370, 210).box(312, 160, 352, 200), "#2a3439")
    picture.lay(Sheet().box(318, 166, 346, 196), "#ffe9a8", lift=0)
    picture.lay(Sheet().polygon([(306, 162), (332, 132), (358, 162)]), "#c2371d", lift=3)
    picture.lay(Sheet().polygon([*rock, (0, HEIGHT)]), "#3b4a50", "#28353b", lift=10)
    picture.lay(ground(ridge(21, 585, 24, SEA)), "#2f5562", "#244653", lift=9)
    picture.lay(ground(ridge(28, 632, 22, SEA)), "#1f3f4b", "#173340", lift=9)
    return picture.jpeg(1)


def _band(top: float, bottom: float) -> Sheet:
    """A stripe around the tower, which narrows towards its top."""

    def half(y: float) -> float:
        return 26 + 16 * (y - 205) / 295

    return Sheet().polygon(
        [
            (332 - half(top), top),
            (332 + half(top), top),
            (332 + half(bottom), bottom),
            (332 - half(bottom), bottom),
        ]
    )


def pier() -> bytes:
    """A long pier at dusk with paper lanterns and their light on the water."""
    picture = Picture("#27304f", "#e69a7c")
    picture.glow(250, 150, 110, "#f7e6c4", 0.5)
    picture.lay(Sheet().disc(250, 150, 46), "#fbf0d2", "#f2d9a4", lift=2)
    picture.lay(ground(ridge(33, 395, 46)), "#7c5670", "#6a4a66")
    picture.lay(ground(ridge(36, 430, 38)), "#543f5e", "#463555")
    picture.lay(ground(ridge(41, 470, 14, SEA)), "#37406a", "#2b345a")
    deck: list[Point] = [(760, 452), (812, 452), (1120, HEIGHT), (520, HEIGHT)]
    posts = Sheet()
    for number in range(6):
        depth = number / 5
        top, reach = 470 + 150 * depth**1.6, 8 + 34 * depth**1.4
        for x in (_edge(deck, top, left=True), _edge(deck, top, left=False)):
            posts.box(x - 3 - 5 * depth, top - reach * 3.1, x + 3 + 5 * depth, top + reach)
    picture.lay(posts, "#2b2233", lift=5)
    picture.lay(Sheet().polygon(deck), "#4b3a45", "#2b2230", lift=10)
    for number in range(1, 8):
        y = 452 + 223 * (number / 8) ** 1.7
        plank = Sheet().box(_edge(deck, y, left=True), y, _edge(deck, y, left=False), y + 1 + number * 0.5)
        picture.lay(plank, "#211a28", lift=0)
    for number in range(6):
        depth = number / 5
        top, size = 470 + 150 * depth**1.6, 7 + 21 * depth**1.3
        for x in (_edge(deck, top, left=True), _edge(deck, top, left=False)):
            _lantern(picture, x, top - (8 + 34 * depth**1.4) * 3.1 - size * 0.6, size)
    picture.lay(ground(ridge(52, 648, 16, SEA)), "#1f2748", "#171e3b", lift=9)
    return picture.jpeg(2)


def _edge(deck: list[Point], y: float, *, left: bool) -> float:
    """Where the edge of the deck is at height `y`."""
    (x0, y0), (x1, y1) = (deck[0], deck[3]) if left else (deck[1], deck[2])
    return x0 + (x1 - x0) * (y - y0) / (y1 - y0)


def _lantern(picture: Picture, x: float, y: float, size: float) -> None:
    picture.glow(x, y, size * 3.2, "#ffb35c", 0.9)
    picture.lay(Sheet().disc(x, y, size), "#ffe6ab", "#f08a3c", lift=2)
    picture.lay(
        Sheet().box(x - size * 0.4, y - size * 1.12, x + size * 0.4, y - size * 0.88), "#2b2233", lift=0
    )


def ferry() -> bytes:
    """The first ferry at dawn, with gulls."""
    picture = Picture("#cfe3e1", "#fdeccd")
    picture.glow(420, 398, 260, "#fff7df", 0.9)
    picture.lay(Sheet().disc(420, 404, 92), "#fff4d2", "#f6b777", lift=2)
    picture.lay(ground(ridge(61, 402, 52)), "#a9c4bf", "#9ab8b4")
    picture.lay(ground(ridge(66, 440, 44)), "#7ba3a3", "#6c9697")
    picture.lay(ground(ridge(72, 486, 16, SEA)), "#4f848c", "#447882")
    for level, (left, right) in enumerate(((640, 1000), (672, 960), (700, 905))):
        top = 432 - level * 40
        deck = Sheet().box(left, top, right, top + 44)
        for number in range(int((right - left - 30) // 34)):
            deck.box(left + 18 + number * 34, top + 13, left + 36 + number * 34, top + 28, keep=False)
        picture.lay(Sheet().box(left + 8, top + 8, right - 8, top + 36), "#2d4a55", lift=0)
        picture.lay(deck, "#fffaf0", "#f0e6d4", lift=4)
    picture.lay(
        Sheet().polygon([(775, 354), (781, 268), (831, 268), (837, 354)]), "#c2371d", "#a52d17", lift=5
    )
    picture.lay(Sheet().box(780, 284, 832, 300), "#fffaf0", lift=0)
    hull = [(560, 474), (1072, 474), (1030, 566), (628, 566)]
    picture.lay(Sheet().polygon(hull), "#23424e", "#18313b", lift=8)
    picture.lay(Sheet().polygon([(560, 474), (1072, 474), (1067, 486), (570, 486)]), "#c2371d", lift=0)
    picture.lay(ground(ridge(77, 556, 20, SEA)), "#346c78", "#2a5d6a", lift=9)
    picture.lay(ground(ridge(83, 612, 24, SEA)), "#235462", "#1a4451", lift=9)
    for x, y, span in ((250, 190, 30), (318, 232, 20), (190, 262, 16), (930, 176, 22)):
        wings = [(x - span, y - span * 0.3), (x, y), (x + span, y - span * 0.36), (x, y + span * 0.2)]
        picture.lay(Sheet().polygon(wings), "#fffaf0", lift=2)
    return picture.jpeg(3)


def night_train() -> bytes:
    """The night train on the viaduct."""
    picture = Picture("#141b33", "#3e4a72")
    chance = random.Random(88)  # noqa: S311 - stars, not secrets
    stars = Sheet()
    for _ in range(90):
        stars.disc(chance.uniform(0, WIDTH), chance.uniform(0, 330), chance.choice((0.8, 1.1, 1.7)))
    picture.lay(stars, "#f4ead0", lift=0)
    picture.glow(960, 128, 120, "#e9dfc3", 0.4)
    picture.lay(Sheet().disc(960, 128, 54).disc(984, 112, 48, keep=False), "#f6ecd0", "#ead9ac", lift=2)
    picture.lay(ground(ridge(91, 330, 120)), "#4a567f", "#3b4670")
    picture.lay(ground(ridge(97, 410, 110)), "#343f66", "#2a3458")
    viaduct = Sheet().box(0, 398, WIDTH, HEIGHT)
    for number in range(9):
        middle = 40 + number * 140
        viaduct.box(middle - 48, 500, middle + 48, HEIGHT, keep=False).disc(middle, 500, 48, keep=False)
    picture.lay(viaduct, "#b98d72", "#7d5b57", lift=10)
    picture.lay(Sheet().box(0, 388, WIDTH, 402), "#8d6a5e", lift=3)
    for number in range(4):
        _carriage(picture, 170 + number * 232)
    nose = [(1098, 388), (1098, 318), (1140, 322), (1172, 352), (1180, 388)]
    picture.lay(Sheet().polygon(nose), "#c2371d", "#9c2a16", lift=6)
    picture.glow(1182, 372, 70, "#ffe7a6", 1.0)
    picture.lay(ground(ridge(103, 606, 54)), "#1d2746", "#141c36", lift=10)
    return picture.jpeg(4)


def _carriage(picture: Picture, left: float) -> None:
    body = Sheet().box(left, 318, left + 222, 388)
    picture.lay(body, "#c2371d", "#9c2a16", lift=6)
    windows = Sheet()
    for number in range(6):
        windows.box(left + 16 + number * 33, 334, left + 40 + number * 33, 358)
    picture.lay(windows, "#ffe9ac", "#f7c66c", lift=0)


def harbour() -> bytes:
    """A harbour town: narrow houses shoulder to shoulder above the water."""
    picture = Picture("#f6dfbd", "#fbf1de")
    picture.lay(ground(ridge(111, 300, 130)), "#c9cfae", "#b5bf9d")
    picture.lay(ground(ridge(118, 372, 90)), "#93a98c", "#839b80")
    walls = ("#c2371d", "#f2e3c6", "#2f5562", "#e0a458", "#8f5658", "#f7efdf", "#5f7f86", "#d97b5c")
    chance = random.Random(121)  # noqa: S311 - houses, not secrets
    left, number = -20.0, 0
    while left < WIDTH:
        width, top = chance.choice((92, 108, 124, 140)), chance.choice((262, 288, 314, 340))
        _house(picture, left, width, top, walls[number % len(walls)])
        left, number = left + width - 2, number + 1
    picture.lay(Sheet().box(0, 506, WIDTH, 580), "#6d6660", "#57514d", lift=8)
    picture.lay(ground(ridge(131, 556, 10, SEA)), "#3f7480", "#2f626f", lift=9)
    for x, tone in ((260, "#f7efdf"), (610, "#c2371d"), (930, "#e0a458")):
        picture.lay(
            Sheet().polygon([(x - 70, 566), (x + 84, 566), (x + 56, 602), (x - 48, 602)]), tone, lift=6
        )
        picture.lay(
            Sheet().box(x - 2, 470, x + 4, 568).polygon([(x + 8, 482), (x + 66, 556), (x + 8, 556)]),
            "#fffaf0",
        )
    picture.lay(ground(ridge(139, 612, 18, SEA)), "#24505d", "#1a414e", lift=9)
    return picture.jpeg(5)


def _house(picture: Picture, left: float, width: float, top: float, wall: str) -> None:
    middle = left + width / 2
    gable = Sheet().polygon(
        [(left, 512), (left, top), (middle, top - 54), (left + width, top), (left + width, 512)]
    )
    picture.lay(gable, wall, lift=5)
    light = "#ffe9ac" if wall not in {"#f2e3c6", "#f7efdf", "#e0a458"} else "#3b4a50"
    panes = Sheet()
    rows = int((480 - top) // 52)
    for row in range(rows):
        for x in (left + width * 0.24, left + width * 0.62):
            panes.box(x, top + 22 + row * 52, x + width * 0.15, top + 50 + row * 52)
    picture.lay(panes, light, lift=0)
    picture.lay(Sheet().disc(middle, top - 16, 8), light, lift=0)


DRAWINGS = (
    Drawing(
        "lighthouse",
        lighthouse,
        "A white lighthouse with red bands on a dark rock, the sun low behind islands",
    ),
    Drawing("pier", pier, "A long wooden pier at dusk, paper lanterns glowing on its posts"),
    Drawing("ferry", ferry, "A white ferry with a red funnel crossing the strait at sunrise"),
    Drawing(
        "night-train", night_train, "A red night train with lit windows on a stone viaduct under the stars"
    ),
    Drawing(
        "harbour", harbour, "Narrow houses in many colours side by side above a harbour with three boats"
    ),
)
