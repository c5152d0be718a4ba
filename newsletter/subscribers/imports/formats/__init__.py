"""The exports of other services that are known by their headers, one module for each."""

from collections.abc import Collection

from newsletter.subscribers.imports.formats.beehiiv import BEEHIIV
from newsletter.subscribers.imports.formats.buttondown import BUTTONDOWN
from newsletter.subscribers.imports.formats.format import Format
from newsletter.subscribers.imports.formats.ghost import GHOST
from newsletter.subscribers.imports.formats.keila import KEILA
from newsletter.subscribers.imports.formats.kit import KIT
from newsletter.subscribers.imports.formats.listmonk import LISTMONK
from newsletter.subscribers.imports.formats.mailchimp import MAILCHIMP
from newsletter.subscribers.imports.formats.newsletter import NEWSLETTER
from newsletter.subscribers.imports.formats.substack import SUBSTACK

__all__ = ["AUTO", "FORMATS", "Format", "recognise"]

AUTO = "auto"
# In the order in which they are tried: the more particular headers first.
FORMATS = {
    format_.name: format_
    for format_ in (NEWSLETTER, MAILCHIMP, SUBSTACK, GHOST, BUTTONDOWN, BEEHIIV, LISTMONK, KEILA, KIT)
}


def recognise(titles: Collection[str]) -> Format | None:
    """The format of a file with these (compact) titles; None for one of nobody in particular."""
    present = frozenset(titles)
    matching = (
        format_
        for format_ in FORMATS.values()
        if any(signature <= present for signature in format_.signatures)
    )
    return next(matching, None)
