"""Events as they are kept: texts of strangers within bounds, without what databases and pages choke on."""

from dataclasses import replace

from newsletter.core.text import clean_name, clean_note
from newsletter.feedback.events import FeedbackEvent

LONGEST_DIAGNOSTIC = 1_000  # characters
LONGEST_EVIDENCE = 4_000
LONGEST_ADDRESS = 320


def shortened(event: FeedbackEvent) -> FeedbackEvent:
    """The same event with texts that can be kept and shown."""
    recipients = (clean_name(address, LONGEST_ADDRESS) for address in event.recipients)
    return replace(
        event,
        recipients=tuple(filter(None, recipients)),
        diagnostic=clean_name(event.diagnostic, LONGEST_DIAGNOSTIC),
        evidence=clean_note(event.evidence, LONGEST_EVIDENCE),
    )
