"""A story is called what its page is called: headlines are corrected after they were collected."""

from collections.abc import Iterator

from newsletter.curation.link_checks.find import CheckedLink
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.item import Item
from newsletter.pages.page import Trouble
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning
from newsletter.stories.title_keys import title_words

# A headline may be shortened: it is another one when less than this part of its words is the page's.
FEWEST_SHARED = 0.4


def examine(draft: Draft) -> Iterator[Remark]:
    for path, story in _stories(draft):
        checked = draft.checked_links.get(story.url)
        was_read = checked and checked.trouble is Trouble.NONE and checked.headline
        if checked and was_read and story.headline and (sentence := _sentence(checked, story.headline)):
            yield warning(sentence, f"{path}.headline")


def _sentence(checked: CheckedLink, headline: str) -> str:
    now = checked.headline
    if checked.collected and title_words(checked.collected) != title_words(now):
        return f"The page has changed since it was collected: its headline is now “{now}”."
    ours, theirs = title_words(headline), set(title_words(now))
    shared = sum(word in theirs for word in ours) / max(1, len(ours))
    return f"The page itself is called “{now}”." if shared < FEWEST_SHARED else ""


def _stories(draft: Draft) -> Iterator[tuple[str, Item | FeatureSection]]:
    for index, section in enumerate(draft.document.sections):
        if isinstance(section, FeatureSection):
            yield f"sections[{index}]", section
        for number, item in enumerate(getattr(section, "items", ())):
            if isinstance(item, Item):
                yield f"sections[{index}].items[{number}]", item


PAGE_HEADLINES = Rule(
    "page_headlines",
    examine,
    about="A headline is not the one of the linked page, or the page has changed since it was collected.",
)
