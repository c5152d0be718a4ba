"""What a section asks of its readers exists, and does not make more emails than a mailing can have."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking
from newsletter.rendering.variant import MOST_CONDITIONS, conditions_of


def examine(draft: Draft) -> Iterator[Remark]:
    for index, section in enumerate(draft.document.sections):
        limits = section.visibility
        if limits is None:
            continue
        for kind, asked, known in (
            ("topic", limits.topics, draft.topics),
            ("segment", limits.segments, draft.segments),
        ):
            for key in asked:
                if key not in known:
                    yield blocking(
                        f"This section is for readers of the {kind} “{key}”, which does not exist.",
                        f"sections[{index}].visibility",
                    )
    if len(conditions_of(draft.document)) > MOST_CONDITIONS:
        yield blocking(
            f"The sections are for more than {MOST_CONDITIONS} different groups of readers: show some of them"
            " to everyone."
        )


VISIBILITY = Rule(
    "visibility",
    examine,
    about="A section is for readers of a topic or segment that does not exist, or there are too many such"
    " groups of readers.",
    always="nobody would see the section",
)
