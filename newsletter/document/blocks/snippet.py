"""A text that many issues share, and that is edited in one place."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from newsletter.document.fields import Line, RichText, WebUrl
from newsletter.document.section import Block, Section

SnippetKey = Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$")]


class SnippetSection(Section):
    """The words of a snippet of the publication, as they were when this state of the issue was saved."""

    type: Literal["snippet"]
    key: SnippetKey = ""
    """Which snippet it is; empty until one was chosen."""
    text: RichText = ""
    """The text, in Markdown. Title, text and link are the snippet's: a draft takes them over whenever the
    snippet or the draft is saved."""
    url: WebUrl = ""
    """Where to read more."""
    link_label: Line = ""
    """The text of that link; “Read more” if missing."""


def example() -> SnippetSection:
    return SnippetSection(
        type="snippet",
        id="how-to-support-us",
        key="how-to-support-us",
        title="How to support us",
        text="The *Coalition Weekly* costs its readers nothing. **Four members in ten** give what a cup of "
        "coffee costs, and that pays for all of it.",
        url="https://coalition.example.org/support",
        link_label="Become a member",
    )


SNIPPET = Block("snippet", "Snippet", SnippetSection, example)
