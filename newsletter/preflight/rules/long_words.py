"""Words that no phone has room for: not every mail program breaks them, and none breaks them well."""

import re
from collections.abc import Iterator

from newsletter.document.merge import with_defaults
from newsletter.document.richtext import to_plain
from newsletter.document.walk import Place, plain_words, rich_texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning
from newsletter.preflight.settings import Threshold

# The default is what 16 pixels' type has room for on 320 pixels, between the margins.
LONGEST = Threshold("long_words", "characters", 34, 20, 80, "characters", "How long a word may be.")
_UNSEEN = ("subject", "preheader", "summary", "alt", "og_image.caption", "og_image.credit")
_BREAKS = re.compile(r"[\s\u00ad\u200b-]+")


def examine(draft: Draft) -> Iterator[Remark]:
    plain = (place for place in plain_words(draft.document) if not place.path.endswith(_UNSEEN))
    rich = (Place(each.path, to_plain(each.value, links=False)) for each in rich_texts(draft.document))
    for place in (*plain, *rich):
        longest = max(_BREAKS.split(with_defaults(place.value)), key=len)
        if len(longest) > draft.settings.value(LONGEST):
            yield warning(_sentence(longest), place.path)


def _sentence(word: str) -> str:
    shown = f"“{word[:24]}…” has {len(word)} characters without a break, too wide for a phone."
    if "://" in word or word.startswith("www."):
        return f"{shown} Use link text instead."
    return f"{shown} Put hyphens or soft hyphens (U+00AD) in it."


LONG_WORDS = Rule(
    "long_words",
    examine,
    about="A word without a break is wider than a phone.",
    thresholds=(LONGEST,),
)
