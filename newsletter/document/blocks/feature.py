"""One story told large: a title, a still image with or without a play mark, a blurb, a link."""

from typing import Literal

from newsletter.document.fields import Blurb, Line, ShortLine, WebUrl
from newsletter.document.image import Image
from newsletter.document.provenance import Provenance
from newsletter.document.section import Block, Section


class FeatureSection(Section):
    """A story or a video with its still image."""

    type: Literal["feature"]
    headline: Line = ""
    url: WebUrl = ""
    """The story or the video."""
    image: Image | None = None
    """The picture, or a still of the video."""
    video: bool = False
    """True marks the image as a video still: a play button is added."""
    duration: ShortLine = ""
    """How long the video is, such as 4:12."""
    blurb: Blurb = ""
    link_label: Line = ""
    """The text of the link; “Watch the video” or “Read more” if missing."""
    provenance: Provenance = Provenance()
    untracked: bool = False
    """True: clicks on this link are not counted, whatever the publication counts."""


def example() -> FeatureSection:
    return FeatureSection(
        type="feature",
        id="watch",
        title="Watch",
        headline="The lighthouse keeper who answers letters",
        url="https://video.example.org/lighthouse",
        image=Image(
            src="https://images.example.org/lighthouse.jpg",
            alt="A white lighthouse above a grey sea, seen from a small boat",
            credit="Photo: Ilse Brandt",
            width=1200,
            height=675,
        ),
        video=True,
        duration="4:12",
        blurb="For thirty years people have written to him about the weather. He has answered every one.",
    )


FEATURE = Block("feature", "Feature", FeatureSection, example)
