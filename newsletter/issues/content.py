"""What an issue says and shows, read from the database once: its document and the images of the library."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.document import Document
from newsletter.document.walk import images
from newsletter.issues.load import load_document
from newsletter.issues.models import Revision
from newsletter.media.models import MediaFile
from newsletter.media.variants import find_sources
from newsletter.publications.models import Publication


@dataclass(frozen=True)
class IssueContent:
    """A document, the stored images that it names, by source (`media:…`), and those of its publication."""

    document: Document
    media: Mapping[str, MediaFile]
    logo: MediaFile | None
    header: MediaFile | None = None
    header_dark: MediaFile | None = None

    @property
    def pictures(self) -> list[MediaFile]:
        """Every stored image that the message shows: those of the document, then those of the design."""
        design = (self.logo, self.header, self.header_dark)
        return [*self.media.values(), *(row for row in design if row is not None)]


def load_content(session: Session, revision: Revision, publication: Publication) -> IssueContent:
    """The content of `revision`, as it is sent in `publication`. Takes one query."""
    document = load_document(revision)
    shown = {image.src for _, image in images(document)}
    tokens = publication.theme_tokens
    design = [
        f"media:{key}" if key else ""
        for key in (publication.logo, tokens.get("header_image"), tokens.get("header_dark"))
    ]
    rows = find_sources(session, shown | set(design))
    return IssueContent(
        document,
        {source: row for source, row in rows.items() if source in shown},
        *(rows.get(source) for source in design),
    )
