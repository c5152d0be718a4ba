"""The exports of this service itself, of which another installation may be on the other side."""

from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.imports.titles import Field

NEWSLETTER = Format(
    name="newsletter",
    label="this service",
    source="docs/howto/lists.md",
    signatures=(frozenset({"email", "state", "endedreason", "suppressed", "mutedtopics", "consentat"}),),
    fields={
        "email": Field.EMAIL,
        "name": Field.NAME,
        "state": Field.STATE,
        "language": Field.LANGUAGE,
        "tags": Field.TAGS,
        "mutedtopics": Field.MUTED_TOPICS,
        "attributes": Field.ATTRIBUTES,
        "consentat": Field.CONSENT_AT,
        "consentsource": Field.CONSENT_SOURCE,
        "consentip": Field.CONSENT_IP,
        "pauseduntil": Field.PAUSED_UNTIL,
        "frequency": Field.FREQUENCY,
    },
    words={
        # Why a subscription ended. Whether the address is suppressed still stands in a column of its own.
        "bounced": FileState.ENDED,
        "complained": FileState.ENDED,
        "softbounce": FileState.BOUNCED,
    },
)
