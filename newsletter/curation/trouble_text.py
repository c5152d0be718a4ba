"""What was in the way of a page, in one sentence for people."""

from newsletter.curation.models import Entry
from newsletter.pages.page import Trouble

SENTENCES = {
    Trouble.NONE: "",
    Trouble.REGION: "This page is not available where this server is.",
    Trouble.PAYWALL: "This page is behind a paywall.",
    Trouble.CONSENT: "This page only shows a request for consent to cookies.",
    Trouble.LOGIN: "This page asks for a sign-in.",
    Trouble.MISSING: "This page does not exist.",
    Trouble.NOT_HTML: "This is not a web page.",
    Trouble.TOO_LARGE: "This page is too large to read.",
    Trouble.REFUSED: "This site blocks automated requests.",
    Trouble.UNREACHABLE: "This page could not be reached.",
    Trouble.REDIRECTS: "This page redirects too often.",
    Trouble.PRIVATE: "This address is not on the public internet, so its page was not fetched.",
}


def trouble_text(entry: Entry) -> str:
    """The sentence for the trouble of `entry`, with what was found; empty without trouble."""
    sentence = SENTENCES[entry.trouble]
    detail = entry.trouble_detail
    if not sentence or not detail or entry.trouble is Trouble.PRIVATE:
        return sentence
    return f"{sentence[:-1]} ({detail.rstrip('.')})."
