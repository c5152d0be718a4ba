"""Each edition says everything that the issue says, in its language."""

from collections import Counter
from collections.abc import Iterator

from newsletter.core.language_name import language_name
from newsletter.document.translate import Progress
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking


def examine(draft: Draft) -> Iterator[Remark]:
    for language, texts in draft.editions.items():
        name = language_name(language)
        own = draft.document.language or draft.publication.language or ""
        if language.lower() == own.lower():
            yield blocking(f"{name}: this is the language of the issue itself.", kind=f"{language} own")
        counts = Counter(entry.progress for entry in texts)
        missing, outdated = counts[Progress.MISSING], counts[Progress.OUTDATED]
        said = [
            f"{missing} {'text is' if missing == 1 else 'texts are'} missing" if missing else "",
            f"{outdated} {'is' if outdated == 1 else 'are'} out of date" if outdated else "",
        ]
        if missing or outdated:
            if not missing:
                said = [f"{outdated} {'text is' if outdated == 1 else 'texts are'} out of date"]
            yield blocking(f"{name}: {', '.join(filter(None, said))}.", kind=f"{language} texts")


EDITIONS = Rule(
    "editions",
    examine,
    about="A translation of an edition is missing, or its text has changed since. Where this is a warning,"
    " readers get what is missing in the issue's own language, and what is out of date as it is.",
)
