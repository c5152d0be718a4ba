"""The publication's postal address stands in every issue (CAN-SPAM, 15 U.S.C. § 7704 (a)(5); CASL)."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking


def examine(draft: Draft) -> Iterator[Remark]:
    if not draft.publication.postal_address.strip():
        yield blocking("The publication has no postal address, but every issue must include one.")


POSTAL_ADDRESS = Rule(
    "postal_address",
    examine,
    about="The publication has no postal address.",
    always="the law demands it in every issue",
)
