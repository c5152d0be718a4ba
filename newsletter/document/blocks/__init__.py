"""All blocks. A new one is one file here, its two templates, and one line in each of the two lists below."""

from typing import Annotated, Any

from pydantic import Field

from newsletter.core.registry import Registry
from newsletter.document.blocks.about import ABOUT, AboutSection
from newsletter.document.blocks.button import BUTTON, ButtonSection
from newsletter.document.blocks.divider import DIVIDER, DividerSection
from newsletter.document.blocks.feature import FEATURE, FeatureSection
from newsletter.document.blocks.image import IMAGE, ImageSection
from newsletter.document.blocks.latest import LATEST, LatestSection
from newsletter.document.blocks.links import LINKS, LinksSection
from newsletter.document.blocks.notice import NOTICE, NoticeSection
from newsletter.document.blocks.quotes import QUOTES, QuotesSection
from newsletter.document.blocks.snippet import SNIPPET, SnippetSection
from newsletter.document.blocks.sponsor import SPONSOR, SponsorSection
from newsletter.document.blocks.text import TEXT, TextSection
from newsletter.document.section import Block

BLOCKS: Registry[Block[Any]] = Registry(
    "block",
    [NOTICE, LINKS, ABOUT, FEATURE, QUOTES, LATEST, TEXT, IMAGE, BUTTON, DIVIDER, SPONSOR, SNIPPET],
)

AnySection = Annotated[
    NoticeSection
    | LinksSection
    | AboutSection
    | FeatureSection
    | QuotesSection
    | LatestSection
    | TextSection
    | ImageSection
    | ButtonSection
    | DividerSection
    | SponsorSection
    | SnippetSection,
    Field(discriminator="type"),
]
