"""Poster: image-led; pictures from edge to edge, large type on fields of colour."""

from newsletter.rendering.theme import Theme, Tokens

_SANS = "'Helvetica Neue', Helvetica, Arial, sans-serif"

POSTER = Theme(
    key="poster",
    label="Poster",
    tokens=Tokens(
        accent="#ffcc1f",
        ink="#111111",
        soft="#595650",
        hairline="#d6d2c8",
        paper="#ffffff",
        tint="#f3f0e8",
        ground="#e9e5da",
        dark_ink="#f4f1ea",
        dark_soft="#b2ada3",
        dark_hairline="#45423c",
        dark_paper="#191817",
        dark_tint="#282623",
        dark_ground="#0c0c0b",
        headline_font=_SANS,
        text_font=_SANS,
        label_font=_SANS,
    ),
    column=600,
    inner=520,
)
