"""Kit (formerly ConvertKit): people who are `inactive` never confirmed, `cancelled` ones left."""

from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.imports.titles import Field

KIT = Format(
    name="kit",
    label="Kit (ConvertKit)",
    source="https://developers.kit.com/api-reference/subscribers/list-subscribers",
    signatures=(
        frozenset({"firstname", "email", "status", "createdat", "tags"}),
        frozenset({"firstname", "emailaddress", "state", "createdat"}),
        frozenset({"subscriberid", "firstname", "email", "state"}),
        frozenset({"id", "firstname", "email", "status", "createdat"}),
    ),
    fields={
        "email": Field.EMAIL,
        "emailaddress": Field.EMAIL,
        "firstname": Field.FIRST_NAME,
        "lastname": Field.LAST_NAME,
        "state": Field.STATE,
        "status": Field.STATE,
        "tags": Field.TAGS,
        "createdat": Field.CONSENT_AT,
        "subscribedat": Field.CONSENT_AT,
        "referrer": Field.CONSENT_SOURCE,
        "id": Field.IGNORE,
        "subscriberid": Field.IGNORE,
    },
    words={"inactive": FileState.PENDING, "cancelled": FileState.UNSUBSCRIBED, "cold": None},
)
