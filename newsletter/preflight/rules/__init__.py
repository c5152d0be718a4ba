"""All rules, in the order in which their findings are told. A new one is one file here and one line below."""

from newsletter.core.registry import Registry
from newsletter.preflight.finding import Rule
from newsletter.preflight.rules.alt import ALT
from newsletter.preflight.rules.approval import APPROVAL
from newsletter.preflight.rules.audience import AUDIENCE
from newsletter.preflight.rules.checked_links import CHECKED_LINKS
from newsletter.preflight.rules.credit import CREDIT
from newsletter.preflight.rules.css_support import CSS_SUPPORT
from newsletter.preflight.rules.doubled_words import DOUBLED_WORDS
from newsletter.preflight.rules.duplicate_links import DUPLICATE_LINKS
from newsletter.preflight.rules.edition_links import EDITION_LINKS
from newsletter.preflight.rules.editions import EDITIONS
from newsletter.preflight.rules.empty import EMPTY
from newsletter.preflight.rules.entities import ENTITIES
from newsletter.preflight.rules.file_name_alt import FILE_NAME_ALT
from newsletter.preflight.rules.future_dates import FUTURE_DATES
from newsletter.preflight.rules.hot_links import HOT_LINKS
from newsletter.preflight.rules.http_links import HTTP_LINKS
from newsletter.preflight.rules.image_heavy import IMAGE_HEAVY
from newsletter.preflight.rules.incomplete import INCOMPLETE
from newsletter.preflight.rules.item_bytes import ITEM_BYTES
from newsletter.preflight.rules.link_text import LINK_TEXT
from newsletter.preflight.rules.long_words import LONG_WORDS
from newsletter.preflight.rules.media import MEDIA
from newsletter.preflight.rules.merge_fields import MERGE_FIELDS
from newsletter.preflight.rules.message_urls import MESSAGE_URLS
from newsletter.preflight.rules.page_headlines import PAGE_HEADLINES
from newsletter.preflight.rules.placeholders import PLACEHOLDERS
from newsletter.preflight.rules.postal_address import POSTAL_ADDRESS
from newsletter.preflight.rules.preheader import PREHEADER
from newsletter.preflight.rules.quotation_marks import QUOTATION_MARKS
from newsletter.preflight.rules.relative_days import RELATIVE_DAYS
from newsletter.preflight.rules.render import RENDER
from newsletter.preflight.rules.review_date import REVIEW_DATE
from newsletter.preflight.rules.sender import SENDER
from newsletter.preflight.rules.sender_dns import SENDER_DNS
from newsletter.preflight.rules.short_links import SHORT_LINKS
from newsletter.preflight.rules.size import SIZE
from newsletter.preflight.rules.snippets import SNIPPETS
from newsletter.preflight.rules.spam_score import SPAM_SCORE
from newsletter.preflight.rules.subject import SUBJECT
from newsletter.preflight.rules.tested import TESTED
from newsletter.preflight.rules.unsubscribe import UNSUBSCRIBE
from newsletter.preflight.rules.visibility import VISIBILITY
from newsletter.preflight.rules.word_list import WORD_LIST

RULES: Registry[Rule] = Registry(
    "preflight rule",
    [
        RENDER,
        SUBJECT,
        PREHEADER,
        SENDER,
        SENDER_DNS,
        POSTAL_ADDRESS,
        UNSUBSCRIBE,
        AUDIENCE,
        EMPTY,
        INCOMPLETE,
        SNIPPETS,
        EDITIONS,
        EDITION_LINKS,
        PLACEHOLDERS,
        MERGE_FIELDS,
        ENTITIES,
        MEDIA,
        ALT,
        FILE_NAME_ALT,
        CREDIT,
        HOT_LINKS,
        IMAGE_HEAVY,
        CHECKED_LINKS,
        PAGE_HEADLINES,
        DUPLICATE_LINKS,
        HTTP_LINKS,
        SHORT_LINKS,
        LINK_TEXT,
        MESSAGE_URLS,
        FUTURE_DATES,
        RELATIVE_DAYS,
        DOUBLED_WORDS,
        QUOTATION_MARKS,
        WORD_LIST,
        REVIEW_DATE,
        LONG_WORDS,
        SIZE,
        ITEM_BYTES,
        CSS_SUPPORT,
        SPAM_SCORE,
        VISIBILITY,
        TESTED,
        APPROVAL,
    ],
)
