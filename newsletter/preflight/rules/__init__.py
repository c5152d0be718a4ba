"""All rules, in the order in which their findings are told. A new one is one file here and one line below."""

from newsletter.core.registry import Registry
from newsletter.preflight.finding import Rule
from newsletter.preflight.rules.alt import ALT
from newsletter.preflight.rules.approval import APPROVAL
from newsletter.preflight.rules.credit import CREDIT
from newsletter.preflight.rules.duplicate_links import DUPLICATE_LINKS
from newsletter.preflight.rules.empty import EMPTY
from newsletter.preflight.rules.entities import ENTITIES
from newsletter.preflight.rules.http_links import HTTP_LINKS
from newsletter.preflight.rules.incomplete import INCOMPLETE
from newsletter.preflight.rules.long_words import LONG_WORDS
from newsletter.preflight.rules.media import MEDIA
from newsletter.preflight.rules.merge_fields import MERGE_FIELDS
from newsletter.preflight.rules.placeholders import PLACEHOLDERS
from newsletter.preflight.rules.postal_address import POSTAL_ADDRESS
from newsletter.preflight.rules.preheader import PREHEADER
from newsletter.preflight.rules.render import RENDER
from newsletter.preflight.rules.review_date import REVIEW_DATE
from newsletter.preflight.rules.sender import SENDER
from newsletter.preflight.rules.size import SIZE
from newsletter.preflight.rules.subject import SUBJECT
from newsletter.preflight.rules.tested import TESTED
from newsletter.preflight.rules.unsubscribe import UNSUBSCRIBE
from newsletter.preflight.rules.visibility import VISIBILITY

RULES: Registry[Rule] = Registry(
    "preflight rule",
    [
        RENDER,
        SUBJECT,
        PREHEADER,
        SENDER,
        POSTAL_ADDRESS,
        UNSUBSCRIBE,
        EMPTY,
        INCOMPLETE,
        PLACEHOLDERS,
        MERGE_FIELDS,
        ENTITIES,
        MEDIA,
        ALT,
        CREDIT,
        DUPLICATE_LINKS,
        HTTP_LINKS,
        REVIEW_DATE,
        LONG_WORDS,
        SIZE,
        VISIBILITY,
        TESTED,
        APPROVAL,
    ],
)
