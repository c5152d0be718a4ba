"""The HTML is small enough that mail programs show it whole: Gmail clips near 102,000 octets."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking, warning

WARN_AT = 90_000  # octets of the decoded HTML
BLOCK_AT = 100_000


def examine(draft: Draft) -> Iterator[Remark]:
    octets = len(draft.html.encode("utf-8", "replace"))
    if octets >= BLOCK_AT:
        yield blocking(f"The HTML is {octets / 1000:.0f} kB, so Gmail will cut it off. Keep it below 100 kB.")
    elif octets >= WARN_AT:
        yield warning(f"The HTML is {octets / 1000:.0f} kB. Gmail cuts off emails at 102 kB.")


SIZE = Rule("size", examine)
