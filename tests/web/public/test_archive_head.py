"""What the head of an archive page tells search engines, and programs that show a shared link."""

import json

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.document.blocks import BLOCKS
from newsletter.publications.models import Publication
from tests.web.public.published import found, page, publish


def test_the_head_tells_machines_what_it_is(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(
        session, weekly, title="“Two” & <three>", summary="A summary.", sections=(BLOCKS["text"].example(),)
    )
    shown = page(client, "/archive/weekly/one")
    assert found(shown, "//title/text()")[0].strip() == "“Two” & <three> · The Weekly"
    assert found(shown, "//link[@rel='canonical']/@href") == ["http://localhost/archive/weekly/one"]
    assert found(shown, "//meta[@name='description']/@content") == ["A summary."]
    assert found(shown, "//meta[@property='og:title']/@content") == ["“Two” & <three>"]
    assert found(shown, "//time/@datetime")[0] == "2026-05-15T06:00:00+00:00"
    assert found(shown, "//link[@type='application/atom+xml']/@href") == [
        "http://localhost/archive/weekly/feed.atom"
    ]


def test_search_engines_read_an_article(client: FlaskClient, session: Session, weekly: Publication) -> None:
    title = "</script><b>“Two” & three"
    publish(session, weekly, title=title, summary="A summary.", language="de")
    shown = page(client, "/archive/weekly/one")
    (text,) = found(shown, "//script[@type='application/ld+json']/text()")
    said = json.loads(text)
    assert (said["@type"], said["headline"], said["description"]) == ("Article", title, "A summary.")
    assert said["url"] == said["mainEntityOfPage"] == "http://localhost/archive/weekly/one"
    assert (said["datePublished"], said["inLanguage"]) == ("2026-05-15T06:00:00+00:00", "de")
    assert said["publisher"]["name"] == said["isPartOf"]["isPartOf"]["name"] == "The Weekly"
    assert said["isPartOf"]["issueNumber"] == 1
