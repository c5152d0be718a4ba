"""beehiiv: `status` is the state; an address that is `invalid` bounced when it was checked."""

from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.imports.titles import Field

BEEHIIV = Format(
    name="beehiiv",
    label="beehiiv",
    source="https://www.beehiiv.com/support/article/12234988536215",
    signatures=(
        frozenset({"email", "status", "utmsource", "utmmedium", "subscriptiontier"}),
        frozenset({"email", "status", "tier", "utmsource", "utmmedium"}),
        frozenset({"email", "status", "acquisitionsource"}),
        frozenset({"email", "status", "referralcode", "utmsource"}),
    ),
    fields={
        "email": Field.EMAIL,
        "status": Field.STATE,
        "created": Field.CONSENT_AT,
        "createdat": Field.CONSENT_AT,
        "subscribedate": Field.CONSENT_AT,
        "acquisitionsource": Field.CONSENT_SOURCE,
        "utmsource": Field.CONSENT_SOURCE,
        "tags": Field.TAGS,
        "tag": Field.TAGS,
        "unsubscribedat": Field.UNSUBSCRIBED,
    },
    words={
        "needsattention": FileState.PENDING,
        "validating": FileState.PENDING,
        "invalid": FileState.BOUNCED,
        "inactive": FileState.UNSUBSCRIBED,
    },
)
