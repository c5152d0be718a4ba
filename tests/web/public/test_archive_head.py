"""What the head of an archive page tells search engines, and programs that show a shared link."""

import json

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.document.blocks import BLOCKS
from newsletter.issues.models import Issue
from newsletter.issues.tags import set_tags
from newsletter.publications.models import Publication
from tests.databases import both_databases
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


@both_databases
def test_tags_lead_to_the_issues_that_have_them(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    for slug in ("one", "two", "three"):
        publish(session, weekly, slug)
    client.get("/archive/weekly/")  # kept from now on, as it is
    ids = {issue.slug: issue.id for issue in session.scalars(select(Issue))}
    set_tags(session, ids["one"], "Night trains, EU", actor="test")
    set_tags(session, ids["two"], "eu", actor="test")
    session.commit()
    shown = page(client, "/archive/weekly/")
    nav = "//nav[@aria-label='Tags']//li"
    assert [" ".join(each.text_content().split()) for each in found(shown, nav)] == ["EU 2", "Night trains 1"]
    (path,) = found(shown, f"{nav}/a[text()='Night trains']/@href")
    of_tag = page(client, path)
    assert found(of_tag, "//ol//h2/a/@href") == ["/archive/weekly/one"]
    assert found(of_tag, "//link[@rel='canonical']/@href") == [f"http://localhost{path}"]
    assert found(of_tag, "//meta[@name='robots']") == []
    assert len(found(page(client, "/archive/weekly/?tag=EU"), "//ol//h2")) == 2

    head = page(client, "/archive/weekly/one")
    assert found(head, "//div[@class='issue-email']/ul[@class='tags']//a/text()") == ["EU", "Night trains"]
    assert found(head, "//meta[@property='article:tag']/@content") == ["EU", "Night trains"]
    (text,) = found(head, "//script[@type='application/ld+json']/text()")
    assert json.loads(text)["keywords"] == ["EU", "Night trains"]
    assert '<category term="Night trains"/>' in client.get("/archive/weekly/feed.atom").text

    set_tags(session, ids["one"], "", actor="test")
    session.commit()
    assert found(page(client, "/archive/weekly/one"), "//ul[@class='tags']") == []
    for gone in ("Night+trains", "eu", "a%00b", "x" * 3_000):
        assert client.get(f"/archive/weekly/?tag={gone}").status_code == 404
