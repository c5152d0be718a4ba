"""SpamAssassin does not take the message for spam, where one is configured, see `preflight.spam_checks`."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning
from newsletter.preflight.settings import Threshold

MOST = Threshold("spam_score", "points", 5, 0.5, 20, "points", "The score from which it warns.")
MOST_TESTS = 8  # that are named


def examine(draft: Draft) -> Iterator[Remark]:
    most = draft.settings.value(MOST)
    if draft.spam is None or draft.spam.score < most:
        return
    named = ", ".join(draft.spam.tests[:MOST_TESTS])
    because = f" because of {named}" if named else ""
    yield warning(f"SpamAssassin gives the message {draft.spam.score:g} of {most:g} points{because}.")


SPAM_SCORE = Rule(
    "spam_score",
    examine,
    about="SpamAssassin rates the message as spam (if SPAMASSASSIN_URL is set).",
    thresholds=(MOST,),
)
