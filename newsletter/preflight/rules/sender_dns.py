"""Receivers can tell that mail is the sender's own: SPF, DKIM and DMARC, see `preflight.sender_checks`."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    for problem in draft.sender_problems:
        yield warning(problem)


SENDER_DNS = Rule(
    "sender_dns",
    examine,
    about="The SPF, DKIM or DMARC records of the sender's domain make receivers doubt its mail.",
)
