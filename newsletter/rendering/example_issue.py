"""An example issue with every kind of section, to show a design with. Its pictures are drawn here."""

from datetime import date
from typing import Any
from urllib.parse import quote

from newsletter.core import clock
from newsletter.document import Document
from newsletter.document.blocks import BLOCKS
from newsletter.document.reading import read
from newsletter.rendering.render_input import MediaImage

LANDSCAPE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 675" width="1200" height="675">
<path fill="#cfd6d8" d="M0 0h1200v675H0z"/><circle cx="890" cy="180" r="70" fill="#f4ecd8"/>
<path fill="#9fb0b3" d="M0 420 260 250l210 150 190-120 270 170 270-130v355H0z"/>
<path fill="#6f868a" d="M0 520q300-90 600 0t600 0v155H0z"/></svg>"""

PICTURES = {"00": MediaImage("data:image/svg+xml," + quote(LANDSCAPE), 1200, 675)}


def example_day() -> date:
    """Today: the date above the example is one that nobody reads anything into."""
    return clock.now().date()


def _with_drawn_pictures(part: Any) -> Any:
    """`part` of a document as JSON, in which each picture is ours."""
    if isinstance(part, dict):
        drawn = {name: _with_drawn_pictures(value) for name, value in part.items()}
        return drawn | {"src": "media:00"} if part.get("src") else drawn
    return [_with_drawn_pictures(entry) for entry in part] if isinstance(part, list) else part


def _example() -> Document:
    sections = [_with_drawn_pictures(block.example().model_dump(mode="json")) for block in BLOCKS]
    return read(
        {
            "title": "The ferry comes back",
            "subject": "The ferry comes back",
            "preheader": "And two rivals agree about water.",
            "slug": "example",
            "sections": sections,
        }
    )


EXAMPLE = _example()
