"""Substack: `active_subscription` and `plan` are about payment; `email_disabled` is who gets no mail."""

from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.titles import Field

SUBSTACK = Format(
    name="substack",
    label="Substack",
    source="https://support.substack.com/hc/en-us/articles/360037466012",
    signatures=(
        frozenset({"email", "activesubscription", "emaildisabled"}),
        frozenset({"email", "activesubscription", "expiry", "plan"}),
    ),
    fields={
        "email": Field.EMAIL,
        "name": Field.NAME,
        "createdat": Field.CONSENT_AT,
        "emaildisabled": Field.SUPPRESSED,
        "activesubscription": Field.IGNORE,
        "expiry": Field.IGNORE,
        "plan": Field.IGNORE,
        "firstpaymentat": Field.IGNORE,
    },
)
