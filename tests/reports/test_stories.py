"""What was read: clicks of links, given to the stories, outlets and sections of what was sent."""

import json
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues.models import Revision
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.reports.rate import Rate
from newsletter.reports.stories import stories_read
from tests.reports.conftest import MakeSent


def tell(session: Session, mailing_id: int, *sections: dict[str, Any]) -> None:
    """Let the revision that was sent have these sections."""
    revision = session.get_one(Revision, session.get_one(Mailing, mailing_id).revision_id)
    told = {"title": "One", "slug": "one", "sections": list(sections)}
    revision.document = json.dumps(told)
    session.commit()


def story(headline: str, url: str, outlet: str = "") -> dict[str, Any]:
    return {"headline": headline, "url": url, "provenance": {"outlet": outlet}}


def test_stories_outlets_and_sections(
    session: Session, publication: Publication, make_sent: MakeSent
) -> None:
    assert stories_read(session, publication).mailings == 0
    earlier, later = make_sent("one", days=7, clicks=5), make_sent("two", sent=200, clicks=3)
    mill = story("The mill", "http://www.tide.example/mill/?utm_source=x", "The Tide")  # the same page
    unread = story("The quay", "https://quay.example/", "The Tide")
    tell(
        session,
        earlier,
        {"type": "links", "id": "a", "title": "News", "items": [mill, unread]},
        {"type": "links", "id": "b", "title": "Again", "items": [mill]},
    )
    feature = story("Mill anew", "https://tide.example/mill", "The Tide")
    tell(session, later, {"type": "feature", "id": "c", "title": "Film", **feature})
    read = stories_read(session, publication)
    assert read.mailings == 2
    assert [(each.name, each.stories, each.clicks) for each in read.stories] == [
        ("Mill anew", 2, Rate(8, 203)),
        ("The quay", 1, Rate(0, 3)),
    ]
    assert [(each.name, each.clicks) for each in read.outlets] == [("The Tide", Rate(8, 203))]
        ("The Tide", 3, Rate(8, 203))
    ]
    assert [(each.name, each.clicks.count) for each in read.sections] == [("News", 5), ("Film", 3)]
    assert read.others == 0


def test_links_of_no_story_are_counted_apart(
    session: Session, publication: Publication, make_sent: MakeSent
) -> None:
    tell(session, make_sent("one", clicks=4), {"type": "text", "id": "a", "text": "Hello."})
    read = stories_read(session, publication).as_json()
    assert (read["stories"], read["other_clicks"]) == ([], 4)
