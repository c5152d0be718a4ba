"""The HTML is small enough that mail programs show it whole: Gmail clips near 102,000 octets."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking, warning
from newsletter.preflight.rules.item_bytes import part_name, share, smallest_parts
from newsletter.preflight.settings import Threshold

WARN = Threshold("size", "warn_kb", 90, 20, 102, "kB", "The size of the HTML at which it warns.")
BLOCK = Threshold("size", "block_kb", 100, 40, 102, "kB", "The size of the HTML at which it blocks.")


def examine(draft: Draft) -> Iterator[Remark]:
    kilobytes = len(draft.html.encode("utf-8", "replace")) / 1000
    most = draft.settings.value(BLOCK)
    if kilobytes >= most:
        cut = f"The HTML is {kilobytes:.0f} kB, so Gmail will cut it off. Keep it below {most:g} kB."
        yield blocking(f"{cut}{_largest(draft)}")
    elif kilobytes >= draft.settings.value(WARN):
        yield warning(f"The HTML is {kilobytes:.0f} kB. Gmail cuts off emails at 102 kB.{_largest(draft)}")


def _largest(draft: Draft) -> str:
    """A sentence about what takes most of it; nothing where that is not known."""
    parts = sorted(smallest_parts(draft.parts), key=lambda part: -part.octets)[:3]
    named = [f"“{part_name(draft.document, part.path)}” {share(part, draft)}" for part in parts]
    return f" The largest parts: {', '.join(named)}." if named else ""


SIZE = Rule(
    "size",
    examine,
    about="The HTML is so large that Gmail cuts it off.",
    always="the end is cut off, and with it the unsubscribe link",
    thresholds=(WARN, BLOCK),
)
