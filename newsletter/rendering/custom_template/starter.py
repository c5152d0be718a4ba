"""What a custom template begins as: a built-in theme in one file, which makes the same HTML.

The frame and the CSS are written out. Sections are included, as are the macros of `_macros/`: who wants a
section to look otherwise puts the source of its block (`block_source`) in the place of the include.
"""

import re

from newsletter.core.errors import Missing
from newsletter.core.paths import templates_dir
from newsletter.document.blocks import BLOCKS
from newsletter.rendering.themes import THEMES

_BLOCK = re.compile(r"\{% block (\w+) %\}\n(.*?)\{% endblock %\}\n", re.DOTALL)
_EMPTY_BLOCK = re.compile(r"\{% block (\w+) %\}\{% endblock %\}\n")
_IMPORT = re.compile(r"^\{% from .* %\}\n", re.MULTILINE)


def starter(theme: str) -> str:
    """A copy of the theme called `theme`. Raises `Missing` for an unknown one."""
    if theme not in THEMES:
        raise Missing("unknown_theme", f"There is no theme called “{theme[:40]}”.")
    frame = _read(f"themes/{theme}/issue.html")
    blocks = dict(_BLOCK.findall(frame))
    text = _EMPTY_BLOCK.sub(lambda match: blocks[match[1]], _read("base/layout.html"))
    for name in ("style.css", "adapt.css"):
        included = f'{{% include theme.folder ~ "/{name}" %}}\n'
        text = text.replace(included, _read(f"themes/{theme}/{name}"))
    return f"{''.join(_IMPORT.findall(frame))}{text}"


def block_source(theme: str, block: str) -> str:
    """The source of the block called `block` as `theme` has it. Raises `Missing` for an unknown one."""
    if theme not in THEMES or block not in BLOCKS:
        raise Missing("unknown_block", f"There is no block called “{block[:40]}”.")
    own = templates_dir() / "email" / "themes" / theme / "blocks" / f"{block}.html"
    return own.read_text(encoding="utf-8") if own.is_file() else _read(f"blocks/{block}.html")


def _read(name: str) -> str:
    return (templates_dir() / "email" / name).read_text(encoding="utf-8")
