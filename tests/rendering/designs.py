"""Publications with a design of their own: width, corners and a header image."""

from collections.abc import Mapping

from newsletter.rendering.render_input import MediaImage, PublicationInput

DESIGN = {
    "email_width": "680",
    "corners": "12",
    "header_image": "a1",
    "header_alt": "North & South, with a ferry",
    "header_dark": "b2",
    "header_place": "instead",
}


def with_header(tokens: Mapping[str, str]) -> PublicationInput:
    """A publication with these tokens; its header images are 1,200 pixels wide."""
    return PublicationInput(
        name="North & South",
        postal_address="1 Pier Road",
        tagline="What crosses the water",
        site_url="https://north.example",
        tokens=tokens,
        header=_picture(tokens.get("header_image")),
        header_dark=_picture(tokens.get("header_dark")),
    )


def _picture(key: str | None) -> MediaImage | None:
    return MediaImage(f"https://media.example/{key}.png", 1200, 300) if key else None
