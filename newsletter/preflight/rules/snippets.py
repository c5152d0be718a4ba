"""Every snippet that the document uses is there, and the document has its newest words."""

from collections.abc import Iterator

from newsletter.document.blocks.snippet import SnippetSection
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking


def examine(draft: Draft) -> Iterator[Remark]:
    for index, section in enumerate(draft.document.sections):
        if not isinstance(section, SnippetSection):
            continue
        if not section.key:
            yield blocking("No snippet was chosen for this section.", f"sections[{index}]")
        elif section.key in draft.missing_snippets:
            sentence = f"The snippet “{section.key}” was deleted. Choose another one, or delete the section."
            yield blocking(sentence, f"sections[{index}]")
        elif section.key in draft.outdated_snippets:
            sentence = f"The snippet “{section.key}” has been edited. Save the issue to use its new text."
            yield blocking(sentence, f"sections[{index}]")


SNIPPETS = Rule(
    "snippets",
    examine,
    about="No snippet was chosen, or it was deleted or edited since.",
    always="readers would get a text that is no longer kept",
)
