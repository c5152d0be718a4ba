"""Buttondown: `type` is the state; `metadata` a JSON object. Types without a reader's leave get mail."""

from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.imports.titles import Field

BUTTONDOWN = Format(
    name="buttondown",
    label="Buttondown",
    source="https://docs.buttondown.com/api-subscribers-type",
    signatures=(
        frozenset({"emailaddress", "creationdate", "metadata"}),
        frozenset({"email", "creationdate", "metadata"}),
        frozenset({"email", "metadata", "notes", "tags"}),
        frozenset({"emailaddress", "subscribertype"}),
    ),
    fields={
        "emailaddress": Field.EMAIL,
        "email": Field.EMAIL,
        "type": Field.STATE,
        "subscribertype": Field.STATE,
        "tags": Field.TAGS,
        "metadata": Field.ATTRIBUTES,
        "creationdate": Field.CONSENT_AT,
        "ipaddress": Field.CONSENT_IP,
        "source": Field.CONSENT_SOURCE,
        "unsubscriptiondate": Field.UNSUBSCRIBED,
        "undeliverabilitydate": Field.BOUNCED,
        "notes": Field.IGNORE,
        "unsubscriptionreason": Field.IGNORE,
        "undeliverabilityreason": Field.IGNORE,
    },
    words={
        "pastdue": None,
        "trialed": None,
        "churning": None,
        "churned": None,  # they stopped to pay
        "paused": FileState.PAUSED,
        "unpaid": None,
        "upcoming": FileState.PENDING,
        "spammy": FileState.NOT_SUBSCRIBED,
        "blocked": FileState.SUPPRESSED,
    },
)
