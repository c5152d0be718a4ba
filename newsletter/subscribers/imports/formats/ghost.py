"""Ghost: `subscribed_to_emails` is the consent, `labels` are its tags, `deleted_at` is somebody removed."""

from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.titles import Field

GHOST = Format(
    name="ghost",
    label="Ghost",
    source="https://ghost.org/help/import-members/",
    signatures=(
        frozenset({"email", "subscribedtoemails", "complimentaryplan"}),
        frozenset({"email", "subscribedtoemails", "labels"}),
    ),
    fields={
        "email": Field.EMAIL,
        "name": Field.NAME,
        "labels": Field.TAGS,
        "subscribedtoemails": Field.SUBSCRIBED,
        "createdat": Field.CONSENT_AT,
        "note": Field.IGNORE,
        "id": Field.IGNORE,
        "complimentaryplan": Field.IGNORE,
        "stripecustomerid": Field.IGNORE,
        "tiers": Field.IGNORE,
    },
)
