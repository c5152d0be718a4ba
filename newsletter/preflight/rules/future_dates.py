"""A story was published before the issue that tells it."""

from collections.abc import Iterator

from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.item import Item
from newsletter.document.provenance import Provenance
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    for path, provenance in _provenances(draft):
        if provenance.published and provenance.published > draft.today:
            yield warning(
                f"This story is dated {provenance.published.isoformat()}, which is in the future.",
                f"{path}.published",
            )


def _provenances(draft: Draft) -> Iterator[tuple[str, Provenance]]:
    for index, section in enumerate(draft.document.sections):
        if isinstance(section, FeatureSection):
            yield f"sections[{index}].provenance", section.provenance
        for number, item in enumerate(getattr(section, "items", ())):
            if isinstance(item, Item):
                yield f"sections[{index}].items[{number}].provenance", item.provenance


FUTURE_DATES = Rule(
    "future_dates",
    examine,
    about="A date of publication is in the future.",
)
