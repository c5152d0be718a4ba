"""What the rules object to in the editions of an issue, beyond what they say of the issue itself."""

from collections.abc import Iterator
from dataclasses import replace

from newsletter.core.language_name import language_name
from newsletter.document.translate import TextInEdition, texts_in
from newsletter.issues.content import IssueContent
from newsletter.issues.library import with_library_texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Finding
from newsletter.preflight.place_key import with_keys
from newsletter.preflight.rules import RULES


def progress_of(content: IssueContent) -> dict[str, list[TextInEdition]]:
    """The texts of each edition, by its language, with those that pictures have from the media library."""
    document = with_library_texts(content.document, content.media)
    return {edition.language: texts_in(document, edition) for edition in document.editions}


def edition_findings(draft: Draft, language: str, known: set[tuple[str, str, str]]) -> Iterator[Finding]:
    """What is found in `draft`, the edition in `language`, and is not `known` of the issue itself."""
    name = language_name(language)
    found = [finding for rule in RULES for finding in rule.findings(draft)]
    new = [each for each in found if (each.rule, each.path, each.message) not in known]
    said = (
        replace(
            each,
            message=f"{name}: {each.message}",
            kind=f"{language} {each.kind or each.message}",
            edition=language,
        )
        for each in new
    )
    yield from with_keys(draft.document, said)
