"""What rendering is given: plain frozen facts, copied from rows by whoever has them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.document.document import Document
from newsletter.rendering.variant import EVERYTHING, Variant


@dataclass(frozen=True)
class MediaImage:
    """A picture that can be shown: an absolute URL, and its size in pixels where known."""

    url: str
    width: int | None = None
    height: int | None = None
    alt: str = ""


@dataclass(frozen=True)
class PublicationInput:
    """The publication as readers see it. `language` is a BCP 47 tag; `tokens` override the theme's."""

    name: str
    postal_address: str
    language: str = "en"
    tagline: str = ""
    site_url: str = ""
    logo: MediaImage | None = None
    header: MediaImage | None = None  # the header image, and the one for dark mode
    header_dark: MediaImage | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class IssueInput:
    """What is known of the issue beside its document."""

    number: int | None = None
    date: datetime.date | None = None


@dataclass(frozen=True)
class IssueLinks:
    """Absolute URLs that are the same for all readers; what is empty is not offered."""

    archive_url: str = ""  # the web page of this issue
    view_in_browser_url: str = ""  # this email as a page
    subscribe_url: str = ""  # for whom a reader forwarded it to


@dataclass(frozen=True)
class CustomTemplate:
    """A template that somebody wrote for their publication, in Jinja; `version` is 0 until it is saved.

    It is untrusted: `compose` renders it in a process of its own (see `custom_template`).
    """

    text: str
    version: int = 0


@dataclass(frozen=True)
class TrackingInput:
    """What of a mailing's message is counted. `slot`: the field that each of these addresses ends with.

    links:  what a link leads to instead, by its URL (`document.url_key.normal_url`).
    pixel:  the picture that counts opens. canary: the link that only programs follow; empty: there is none.
    """

    slot: str
    links: Mapping[str, str] = field(default_factory=dict)
    pixel: str = ""
    canary: str = ""


@dataclass(frozen=True)
class RenderInput:
    """Everything that a rendered issue depends on; equal inputs give equal results but for the slots' nonce.

    `media` holds the images that the document names as `media:KEY`, by their key; `redirects` what links lead
    to instead, by their URL (`document.url_key.normal_url`); `template` replaces the theme's HTML. Texts
    that are `untranslated` are in `original_language`, whatever the document's is.
    """

    document: Document
    publication: PublicationInput
    issue: IssueInput = IssueInput()
    links: IssueLinks = IssueLinks()
    media: Mapping[str, MediaImage] = field(default_factory=dict)
    theme: str = "gazette"
    variant: Variant = EVERYTHING
    redirects: Mapping[str, str] = field(default_factory=dict)
    template: CustomTemplate | None = None
    tracking: TrackingInput | None = None
    untranslated: tuple[str, ...] = ()
    original_language: str = ""
