"""There is a subject, also for readers of whom nothing is known."""

from collections.abc import Iterator

from newsletter.document.merge import with_defaults
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking


def examine(draft: Draft) -> Iterator[Remark]:
    subject = draft.document.subject
    if not subject.strip():
        yield blocking("Add a subject line.", "subject")
    elif not with_defaults(subject).strip():
        yield blocking(
            "The subject is empty for readers without a name: give its merge field a default.", "subject"
        )


SUBJECT = Rule(
    "subject",
    examine,
    about="The subject is empty, or empty for readers we know nothing about.",
    always="mail without a subject is taken for spam",
)
