"""“Tomorrow” is another day for whoever reads it later: emails are read for days, archives for years."""

import re
from collections.abc import Iterator

from newsletter.document.richtext import to_plain
from newsletter.document.walk import plain_words, rich_texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

_WORDS = {
    "en": ("today", "tomorrow", "yesterday", "tonight", "this morning", "this afternoon", "this evening"),
    "de": ("heute", "gestern", "übermorgen", "vorgestern"),  # “morgen” is a morning, too
    "fr": ("aujourd’hui", "aujourd'hui", "demain", "hier"),
    "it": ("oggi", "domani", "ieri", "stasera", "stamattina"),
    "es": ("hoy", "ayer", "anoche"),  # “mañana” is a morning, too
    "pt": ("hoje", "amanhã", "ontem"),
    "nl": ("vandaag", "gisteren", "vanavond"),
}


def examine(draft: Draft) -> Iterator[Remark]:
    language = (draft.document.language or draft.publication.language or "en").partition("-")[0].lower()
    words = _WORDS.get(language)
    if words is None:
        return
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE)
    plain = ((place.path, place.value) for place in plain_words(draft.document))
    rich = ((place.path, to_plain(place.value, links=False)) for place in rich_texts(draft.document))
    for path, text in (*plain, *rich):
        if found := pattern.search(text):
            yield warning(f"“{found[0]}” means another day to those who read this later: name the day.", path)


RELATIVE_DAYS = Rule(
    "relative_days",
    examine,
    about="A word such as “tomorrow” means another day to those who read it later.",
)
