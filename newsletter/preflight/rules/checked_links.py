"""Links lead where they say: workers have looked at them, see `curation.link_checks`."""

from collections.abc import Iterator

from newsletter.curation.link_checks.find import CheckedLink
from newsletter.document.walk import links
from newsletter.pages.page import Trouble
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

# What keeps programs out may let readers in, so only these are told.
_TROUBLES = {
    Trouble.MISSING: "This page no longer exists",
    Trouble.UNREACHABLE: "This page could not be reached",
    Trouble.REDIRECTS: "This page redirects too often",
    Trouble.LOGIN: "This page asks for a sign-in",
    Trouble.PRIVATE: "This address is not on the public internet",
}


def examine(draft: Draft) -> Iterator[Remark]:
    for place in links(draft.document):
        checked = draft.checked_links.get(place.value)
        if checked and (sentence := _sentence(checked)):
            yield warning(sentence, place.path)


def _sentence(checked: CheckedLink) -> str:
    if checked.trouble in _TROUBLES:
        detail = f" ({checked.detail.rstrip('.')})" if checked.detail else ""
        return f"{_TROUBLES[checked.trouble]}{detail}: check the link."
    if checked.trouble is Trouble.NONE and checked.moved:
        return f"This link leads to {checked.final_url}: use that address."
    return ""


CHECKED_LINKS = Rule(
    "checked_links",
    examine,
    about="A linked page is gone, has moved, or asks for a sign-in.",
)
