"""No single story takes so much of the email that others are cut off: its rest can stand on the web."""

from collections.abc import Iterator

from newsletter.document import Document
from newsletter.document.merge import with_defaults
from newsletter.document.richtext import to_plain
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning
from newsletter.preflight.settings import Threshold
from newsletter.rendering.parts import PartBytes

BUDGET = Threshold(
    "item_bytes", "budget_kb", 10, 1, 100, "kB", "What an item, or a section without items, may take."
)
LONGEST_NAME = 60  # characters


def examine(draft: Draft) -> Iterator[Remark]:
    budget = draft.settings.value(BUDGET)
    for part in smallest_parts(draft.parts):
        if part.octets > budget * 1000:
            yield warning(
                f"“{part_name(draft.document, part.path)}” takes {part.octets / 1000:.1f} kB, "
                f"{share(part, draft)} of the email, more than the {budget:g} kB that an item may take: "
                "shorten it, or let readers go on on the web.",
                part.path,
                "budget",
            )


def smallest_parts(parts: tuple[PartBytes, ...]) -> Iterator[PartBytes]:
    """The items, and the sections that have none."""
    with_items = {part.section_path for part in parts if part.path != part.section_path}
    yield from (part for part in parts if part.path not in with_items)


def share(part: PartBytes, draft: Draft) -> str:
    """How much of the email a part is, such as “12 %”."""
    whole = len(draft.html.encode("utf-8", "replace"))
    return f"{100 * part.octets / max(whole, part.octets):.0f} %"


def part_name(document: Document, path: str) -> str:
    """What an item or a section is called: its headline, title, author or first words."""
    section, _, item = path.removeprefix("sections[").partition("]")
    part: object = document.sections[int(section)]
    if item:
        part = getattr(part, "items", ())[int(item.removeprefix(".items[").removesuffix("]"))]
    names = (
        [part]
        if isinstance(part, str)
        else [getattr(part, name, "") for name in ("headline", "title", "author", "text", "label", "sponsor")]
    )
    words = next((to_plain(each, links=False) for each in names if each), getattr(part, "type", path))
    shown = " ".join(with_defaults(words).split())
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1].rstrip()}…"


ITEM_BYTES = Rule(
    "item_bytes",
    examine,
    about="An item takes more of the email than it may.",
    thresholds=(BUDGET,),
)
