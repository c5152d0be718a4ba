"""The segment that an editor chose on the page for sending, with the readers that it leaves."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import ngettext

from newsletter.core.errors import Missing, Refused
from newsletter.document import Document
from newsletter.issues.models import Issue
from newsletter.segments.find import find_segment, list_segments
from newsletter.segments.models import Segment
from newsletter.sending.audience import Audience, count_audience
from newsletter.web.admin.formats import exactly
from newsletter.web.database import session


@dataclass(frozen=True)
class ChosenSegment:
    """`segment` None: everybody. With a `problem` nothing can be sent, least of all to everybody."""

    slug: str
    offered: list[Segment]
    segment: Segment | None
    audience: Audience
    problem: str = ""


def read_segment(given: Mapping[str, str], issue: Issue) -> Segment | None:
    """The segment that a form names; None for everybody. Raises `Missing`."""
    slug = given.get("segment", "")
    return find_segment(session(), issue.publication, slug) if slug else None


def choose_segment(given: Mapping[str, str], issue: Issue, document: Document | None = None) -> ChosenSegment:
    """The choice in a form's fields, counted now."""
    slug, offered = given.get("segment", ""), list_segments(session(), issue.publication)
    try:
        segment = read_segment(given, issue)
        audience = count_audience(session(), issue, segment, document=document)
    except (Missing, Refused) as error:
        return ChosenSegment(slug, offered, None, Audience(0, {}), error.message)
    return ChosenSegment(slug, offered, segment, audience)


def who_in(to: ChosenSegment) -> str:
    """Whom a mailing to a segment goes to; empty for one to everybody."""
    if to.segment is None:
        return ""
    n = to.audience.readers
    return str(
        ngettext(
            "%(count)s reader in the segment “%(name)s”",
            "%(count)s readers in the segment “%(name)s”",
            n,
            count=exactly(n),
            name=to.segment.name,
        )
    )
