"""The contents of an issue: what a list near its top links to.

A section is listed by its title; the stories of one without a title are listed by their headlines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.blocks.links import LinksSection
from newsletter.document.blocks.sponsor import SponsorSection
from newsletter.document.item import Item
from newsletter.document.section import Section

FEWEST = 2  # a list of one says nothing


@dataclass(frozen=True)
class Entry:
    """A title and the id of the element that it leads to; `story` has the headline, if it is one."""

    title: str
    anchor: str
    story: Section | Item | None = None


@dataclass(frozen=True)
class Contents:
    """The entries of the list, none where there is nothing to list."""

    entries: tuple[Entry, ...] = ()

    def anchor_of(self, story: Section | Item) -> str:
        """The id of the headline of `story`; empty when it is not in the list."""
        return next((entry.anchor for entry in self.entries if entry.story is story), "")


NO_CONTENTS = Contents()


def contents_of(sections: Sequence[Section], *, headlines: bool = True, whole: bool = False) -> Contents:
    """The contents of `sections`, as they stand in an email, or `whole`, as on the web.

    `headlines`: whether those of sections without a title are listed.
    """
    listed = [entry for section in sections for entry in _entries(section, whole)]
    entries = tuple(entry for entry in listed if entry.title and (headlines or entry.story is None))
    return Contents(entries) if len(entries) >= FEWEST else NO_CONTENTS


def _entries(section: Section, whole: bool) -> Iterator[Entry]:
    if section.type == "divider":
        return
    if section.title:
        yield Entry(section.title, section.id)
    elif isinstance(section, FeatureSection | SponsorSection):
        yield Entry(section.headline, section.id, section)
    elif isinstance(section, LinksSection | LatestSection):
        items = section.shown if isinstance(section, LatestSection) and not whole else section.items
        for number, item in enumerate(items, start=1):
            # Ids of sections have no underscore, so this one is nobody else's.
            yield Entry(item.headline, f"{section.id}_{number}", item)
