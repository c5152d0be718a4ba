"""One image with its caption, credit and licence."""

from typing import Literal

from newsletter.document.fields import WebUrl
from newsletter.document.image import Image
from newsletter.document.section import Block, Section


class ImageSection(Section):
    """An image on its own, linked where `url` says so."""

    type: Literal["image"]
    image: Image = Image()
    url: WebUrl = ""
    """Where a click on the image leads."""


def example() -> ImageSection:
    return ImageSection(
        type="image",
        id="picture-of-the-week",
        title="Picture of the week",
        image=Image(
            src="https://images.example.org/pier.jpg",
            alt="People with paper lanterns on a long wooden pier at dusk",
            caption="Lanterns for the first crossing in nine years.",
            credit="Ilse Brandt",
            licence="CC BY 4.0",
            width=1200,
            height=800,
        ),
        url="https://coalition.example.org/pictures/pier",
    )


IMAGE = Block("image", "Image", ImageSection, example)
