"""The publication says who its emails come from."""

from collections.abc import Iterator

from newsletter.core.addresses import parse_sender_address
from newsletter.core.errors import Refused
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking, warning


def examine(draft: Draft) -> Iterator[Remark]:
    publication = draft.publication
    if not publication.sender_email.strip():
        yield blocking("The publication has no sender address.")
        return
    for title, address in (("sender", publication.sender_email), ("reply-to", publication.reply_to)):
        if address and (problem := _problem(address)):
            yield blocking(f"The publication's {title} address cannot be used: {problem}")
    if not publication.sender_name.strip():
        yield warning("The publication has no sender name: readers see the bare address.")


def _problem(address: str) -> str:
    """Why mail cannot come from `address`; empty when it can."""
    try:
        parse_sender_address(address)
    except Refused as error:
        return error.message
    return ""


SENDER = Rule(
    "sender",
    examine,
    about="The publication has no sender, or one that cannot send mail.",
    always="no relay takes mail without a sender",
)
