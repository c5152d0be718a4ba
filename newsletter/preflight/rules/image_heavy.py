"""There is enough to read: who sees no images gets nothing else, and spam filters distrust bare images."""

from collections.abc import Iterator

from newsletter.document.richtext import to_plain
from newsletter.document.walk import images, plain_words, rich_texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning
from newsletter.preflight.settings import Threshold

LEAST = Threshold(
    "image_heavy", "characters", 80, 0, 1000, "characters", "The least text for each image, on average."
)
# Words that readers meet in the message; not those of its envelope, nor what stands for an image.
_UNSEEN = ("subject", "preheader", "summary", "alt")


def examine(draft: Draft) -> Iterator[Remark]:
    count = sum(bool(image.src) for path, image in images(draft.document) if not path.startswith("og_image"))
    if not count:
        return
    plain = [place.value for place in plain_words(draft.document) if not place.path.endswith(_UNSEEN)]
    rich = [to_plain(place.value, links=False) for place in rich_texts(draft.document)]
    characters = sum(len(text) for text in (*plain, *rich))
    if characters < count * draft.settings.value(LEAST):
        shown = f"{count} images" if count > 1 else "One image"
        yield warning(
            f"{shown} and only {characters} characters of text: many readers see no images, "
            "and spam filters distrust such email. Add more text."
        )


IMAGE_HEAVY = Rule(
    "image_heavy",
    examine,
    about="There is little text compared with the images.",
    thresholds=(LEAST,),
)
