"""A translation leads to the same pages as its text, and greets with the same fields."""

from collections.abc import Iterator

from newsletter.core.language_name import language_name
from newsletter.document.merge import fields_in
from newsletter.document.richtext import link_urls
from newsletter.document.translate import Progress
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    for language, texts in draft.editions.items():
        name = language_name(language)
        for entry in texts:
            if entry.translation is None or entry.progress is not Progress.CURRENT:
                continue
            source, text = entry.text.value, entry.translation.text
            lost = [url for url in link_urls(source) if url not in link_urls(text)]
            if lost:
                sentence = f"{name}: the translation has no link to {lost[0]}."
                yield warning(sentence, entry.text.path, f"{language} link {lost[0]}")
            names = {field.name for field in fields_in([text])}
            without = [field.name for field in fields_in([source]) if field.name not in names]
            if without:
                sentence = f"{name}: the translation has no merge field {without[0]}."
                yield warning(sentence, entry.text.path, f"{language} field {without[0]}")


EDITION_LINKS = Rule(
    "edition_links",
    examine,
    about="A translation lacks a link or a merge field that its text has.",
)
