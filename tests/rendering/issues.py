"""Rendering inputs for tests: the reference digest, and small documents."""

import datetime
from pathlib import Path
from typing import Any

from newsletter.document import Document, loads
from newsletter.document.blocks import AnySection
from newsletter.rendering.render_input import (
    IssueInput,
    IssueLinks,
    MediaImage,
    PublicationInput,
    RenderInput,
)

DIGEST = Path(__file__).parent.parent / "fixtures" / "reference_digest.json"
PUBLICATION = PublicationInput(
    name="Coalition Weekly",
    postal_address="The Lantern Coalition\n14 Harbour Street, 1050 Northport",
    tagline="What forty-one cities read on Fridays",
    site_url="https://coalition.example.org/",
)
LINKS = IssueLinks(
    archive_url="https://coalition.example.org/archive/41",
    view_in_browser_url="https://coalition.example.org/view/41",
    subscribe_url="https://coalition.example.org/subscribe",
)
MEDIA = {
    "stories/lighthouse.jpg": MediaImage(
        "https://media.example.org/lighthouse.jpg", 1200, 675, "A lighthouse"
    )
}


def reference_digest() -> Document:
    return loads(DIGEST.read_text(encoding="utf-8"))


def issue_of(*sections: AnySection, **changes: Any) -> RenderInput:
    """An issue of these sections; `changes` are fields of RenderInput."""
    facts: dict[str, Any] = {
        "document": Document(title="An issue", subject="News", preheader="In short", sections=sections),
        "publication": PUBLICATION,
        "issue": IssueInput(41, datetime.date(2026, 5, 15)),
        "links": LINKS,
        "media": MEDIA,
    }
    return RenderInput(**facts | changes)
