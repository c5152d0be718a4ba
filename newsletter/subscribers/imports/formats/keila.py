"""Keila: `Data` is a JSON object; somebody `unreachable` bounced."""

from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.imports.titles import Field

KEILA = Format(
    name="keila",
    label="Keila",
    source="https://www.keila.io/docs/contacts",
    signatures=(
        frozenset({"email", "firstname", "lastname", "data"}),
        frozenset({"email", "data", "externalid"}),
    ),
    fields={
        "email": Field.EMAIL,
        "firstname": Field.FIRST_NAME,
        "lastname": Field.LAST_NAME,
        "data": Field.ATTRIBUTES,
        "status": Field.STATE,
        "doubleoptinat": Field.CONSENT_AT,
        "externalid": Field.IGNORE,
    },
    words={"unreachable": FileState.BOUNCED},
)
