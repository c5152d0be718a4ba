"""Mailchimp writes a file for each state: subscribed, unsubscribed, cleaned, nonsubscribed.

The capital titles are the same in all languages; those of the merge fields are in the account's language, and
owners rename them. Cleaned are addresses that bounced. TAGS is a list in quotation marks.
"""

from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.titles import Field

MAILCHIMP = Format(
    name="mailchimp",
    label="Mailchimp",
    source="https://mailchimp.com/help/view-export-contacts/",
    signatures=(
        frozenset({"memberrating", "optintime"}),
        frozenset({"leid", "euid"}),
        frozenset({"unsubtime", "unsubreason"}),
        frozenset({"cleantime", "cleancampaigntitle"}),
    ),
    fields={
        "emailaddress": Field.EMAIL,
        "confirmtime": Field.CONSENT_AT,
        "confirmip": Field.CONSENT_IP,
        "tags": Field.TAGS,
        "unsubtime": Field.UNSUBSCRIBED,
        "unsubreason": Field.UNSUBSCRIBED,
        "cleantime": Field.BOUNCED,
        "optintime": Field.IGNORE,
        "optinip": Field.IGNORE,
        "unsubcampaigntitle": Field.IGNORE,
        "unsubcampaignid": Field.IGNORE,
        "unsubreasonother": Field.IGNORE,
        "cleancampaigntitle": Field.IGNORE,
        "cleancampaignid": Field.IGNORE,
        "region": Field.IGNORE,
    },
)
