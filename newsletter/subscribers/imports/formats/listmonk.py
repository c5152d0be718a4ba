"""listmonk: people who are blocklisted get nothing from any list; `attributes` is a JSON object."""

from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.imports.titles import Field

LISTMONK = Format(
    name="listmonk",
    label="listmonk",
    source="https://listmonk.app/docs/concepts/",
    signatures=(
        frozenset({"uuid", "email", "attributes", "status"}),
        frozenset({"email", "name", "attributes"}),
        frozenset({"email", "attribs"}),
    ),
    fields={
        "email": Field.EMAIL,
        "name": Field.NAME,
        "attributes": Field.ATTRIBUTES,
        "attribs": Field.ATTRIBUTES,
        "status": Field.STATE,
        "createdat": Field.CONSENT_AT,
        "uuid": Field.IGNORE,
        "updatedat": Field.IGNORE,
    },
    words={
        "blocklisted": FileState.SUPPRESSED,
        "blacklisted": FileState.SUPPRESSED,
        "disabled": FileState.ENDED,
    },
)
