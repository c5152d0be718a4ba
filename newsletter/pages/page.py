"""What is known about a page: the fields it gives, and what was in the way."""

from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """Why a page could not be read as a reader of the digest would read it."""

    NONE = "none"
    REGION = "region"  # not available where this server is
    PAYWALL = "paywall"
    CONSENT = "consent"  # a wall that asks for cookies before it shows anything
    LOGIN = "login"
    MISSING = "missing"  # 404, 410, or a page that says so with 200
    NOT_HTML = "not_html"
    TOO_LARGE = "too_large"
    REFUSED = "refused"  # 401, 403, 429, 451 and others that turn programs away
    UNREACHABLE = "unreachable"  # no such host, no answer, a broken one, or 5xx
    REDIRECTS = "redirects"  # too many, or in a circle
    PRIVATE = "private"  # not an address of the public internet


@dataclass(frozen=True)
class LeadImage:
    """The picture that a page shows first. `url` is absolute; what the page does not say is empty."""

    url: str
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True)
class PageFields:
    """What a page says about itself, as plain text; what it does not say is empty, never guessed.

    `published` and `updated` are ISO 8601: a date (`2026-11-27`), or a time with its offset where the page
    gives one. `language` is a BCP 47 tag.
    """

    headline: str = ""
    byline: str = ""  # without “By”
    outlet: str = ""
    published: str = ""
    updated: str = ""
    description: str = ""
    language: str = ""
    image: LeadImage | None = None


@dataclass(frozen=True)
class Page:
    """A page that was asked for: where it was in the end, what it says, and its text.

    `detail` says in a few words what was in the way (`status 403`, `52 MB`), for a log or a sentence.
    """

    url: str
    canonical_url: str
    trouble: Trouble = Trouble.NONE
    detail: str = ""
    fields: PageFields = PageFields()
    text: str = ""
