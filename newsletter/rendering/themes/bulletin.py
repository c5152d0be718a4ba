"""Bulletin: plain, dense, text first; numbered stories, small pictures after the words."""

from newsletter.rendering.theme import Theme, Tokens

# The first family of each list is on Windows: Outlook takes Times for a list that begins with one it lacks.
_TEXT = "'Segoe UI', -apple-system, Roboto, 'Helvetica Neue', Arial, sans-serif"

BULLETIN = Theme(
    key="bulletin",
    label="Bulletin",
    tokens=Tokens(
        accent="#0f4fd6",
        ink="#14181d",
        soft="#56606b",
        hairline="#d9dee4",
        paper="#ffffff",
        tint="#f2f4f7",
        ground="#ffffff",
        dark_ink="#e8ebef",
        dark_soft="#a0a9b4",
        dark_hairline="#363d46",
        dark_paper="#14171b",
        dark_tint="#1e2329",
        dark_ground="#14171b",
        headline_font=_TEXT,
        text_font=_TEXT,
        label_font="Consolas, Menlo, 'DejaVu Sans Mono', 'Courier New', monospace",
        contents="titles",
    ),
    column=552,
    inner=512,
)
