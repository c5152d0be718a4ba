"""Try a template before it is saved, with an issue that has everything and with one that has little."""

from collections.abc import Iterator
from dataclasses import replace

from newsletter.document import Document
from newsletter.document.blocks.text import TextSection
from newsletter.rendering.compose import compose
from newsletter.rendering.example_issue import EXAMPLE, PICTURES, example_day
from newsletter.rendering.render_input import (
    CustomTemplate,
    IssueInput,
    IssueLinks,
    PublicationInput,
    RenderInput,
)

_BARE = Document(
    title="A title", subject="A subject", sections=(TextSection(type="text", id="one", text="A text."),)
)
_PICTURE = PICTURES["00"]
_ADDRESS = "1 Example Street"


def example_input(publication: PublicationInput, theme: str, template: CustomTemplate | None) -> RenderInput:
    """The example issue with every kind of section, as `publication` would send it."""
    return RenderInput(
        document=EXAMPLE,
        publication=publication,
        issue=IssueInput(number=41, date=example_day()),
        links=IssueLinks(publication.site_url, publication.site_url, publication.site_url),
        media=PICTURES,
        theme=theme,
        template=template,
    )


def refuse_unusable(publication: PublicationInput, theme: str, template: CustomTemplate) -> None:
    """Raise what `compose` raises for a template with which some issue could not be sent."""
    for given in _issues(publication, theme, template):
        compose(given)


def _issues(publication: PublicationInput, theme: str, template: CustomTemplate) -> Iterator[RenderInput]:
    address = publication.postal_address or _ADDRESS
    everything = replace(
        publication,
        postal_address=address,
        tagline="A tagline",
        site_url="https://example.org/",
        header=_PICTURE,
        header_dark=_PICTURE,
        logo=_PICTURE,
    )
    yield example_input(everything, theme, template)
    nothing = PublicationInput(
        publication.name, address, language=publication.language, tokens=publication.tokens
    )
    yield RenderInput(document=_BARE, publication=nothing, theme=theme, template=template)
