"""Feeds: new items become entries once, changes are shown, and servers are asked as often as they like."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.queue import Queue
from newsletter.curation.add import add_text
from newsletter.curation.edit import edit_entry
from newsletter.curation.facts import entry_facts
from newsletter.curation.feeds.add import add_feed
from newsletter.curation.feeds.find import count_stopped, poll_soon, remove_feed
from newsletter.curation.feeds.interval import LONGEST, MOST_FAILURES, SHORTEST
from newsletter.curation.feeds.take_items import MOST_AT_FIRST
from newsletter.curation.fetch_next import FetchContext, publish_fetch_jobs
from newsletter.curation.models import Entry, Feed, Via
from newsletter.pages.page import Trouble
from newsletter.publications.models import Publication
from tests.curation.conftest import ANA, fetch_all
from tests.queued import empty_queues, queued
from tests.servers.site import Answer, Site, article

MODIFIED = "Fri, 27 Nov 2026 08:00:00 GMT"
RSS = {"Content-Type": "application/rss+xml; charset=utf-8"}


def rss(*items: str, title: str = "The Harbour Post") -> Answer:
    body = f'<rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'
    return Answer(body.encode(), 200, RSS)


def item(site: Site, number: int, title: str = "", guid: str | None = None, summary: str = "") -> str:
    named = f"<guid>{guid}</guid>" if guid is not None else ""
    told = f"<title>{title or f'Story number {number}'}</title><description>{summary}</description>"
    return f"<item>{told}<link>{site.url(f'/{number}')}</link>{named}</item>"


@pytest.fixture
def feed(session: Session, publication: Publication, site: Site) -> Feed:
    """A feed of three items whose pages are there; not polled yet."""
    for number in range(1, 6):
        site.pages[f"/{number}"] = article(f"Page number {number} of the harbour post")
    site.pages["/feed"] = rss(*(item(site, n) for n in (3, 2, 1)))
    made = add_feed(session, publication, site.url("/feed"), actor=ANA)
    session.commit()
    return made


def entries(session: Session) -> list[Entry]:
    found = list(session.scalars(select(Entry).order_by(Entry.id)))
    session.commit()
    return found


def poll_again(session: Session, feed: Feed, fetching: FetchContext) -> Feed:
    session.refresh(feed)
    poll_soon(session, feed)
    session.commit()
    fetch_all(fetching)
    session.refresh(feed)
    session.commit()
    return feed


def test_new_items_become_entries_whose_pages_are_read(
    session: Session, publication: Publication, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    fetch_all(fetching)
    made = entries(session)
    assert [entry.url for entry in made] == [site.url(f"/{n}") for n in (1, 2, 3)]
    assert {entry.via for entry in made} == {Via.FEED}
    assert {entry.feed_id for entry in made} == {feed.id}
    assert [entry.headline for entry in made] == [f"Page number {n} of the harbour post" for n in (1, 2, 3)]
    session.refresh(feed)
    assert (feed.title, feed.failures, feed.problem) == ("The Harbour Post", 0, "")
    assert feed.next_poll_at is not None
    assert feed.next_poll_at > clock.now()
    poll_again(session, feed, fetching)
    assert len(entries(session)) == 3


def test_the_archive_of_a_new_feed_does_not_fill_the_inbox(
    session: Session, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    site.pages["/feed"] = rss(*(item(site, n) for n in range(40, 0, -1)))
    fetch_all(fetching)
    assert [entry.url for entry in entries(session)] == [
        site.url(f"/{n}") for n in range(41 - MOST_AT_FIRST, 41)
    ]
    site.pages["/feed"] = rss(*(item(site, n) for n in range(41, 1, -1)))
    poll_again(session, feed, fetching)
    assert [entry.url for entry in entries(session)][MOST_AT_FIRST:] == [site.url("/41")]


def test_a_changed_item_is_shown_as_changed_and_is_no_second_row(
    session: Session, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    site.pages["/feed"] = rss(item(site, 1, guid="a"), item(site, 2, guid="b"))
    fetch_all(fetching)
    two, one = entries(session)
    edit_entry(session, two.id, {"headline": "Ours"}, edits=0)
    session.commit()
    site.pages["/feed"] = rss(item(site, 1, "A new title", guid="a"), item(site, 2, "Another", guid="b"))
    poll_again(session, feed, fetching)
    assert len(entries(session)) == 2
    for entry in (one, two):
        session.refresh(entry)
        assert entry.changed_in_feed
    assert (one.headline, two.headline) == ("A new title", "Ours")
    assert entry_facts(session, one)["from_page"]
    edit_entry(session, one.id, {}, edits=0)
    assert not one.changed_in_feed


def test_items_without_guid_and_with_repeated_guids_are_told_apart(
    session: Session, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    site.pages["/feed"] = rss(*(item(site, n, guid="same") for n in (1, 2)), item(site, 3), "<item/>")
    fetch_all(fetching)
    poll_again(session, feed, fetching)
    assert len(entries(session)) == 3


def test_a_story_that_was_collected_before_is_not_a_second_row(
    session: Session, publication: Publication, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    add_text(session, publication, site.url("/2?utm_source=mail"), via=Via.PASTE, actor=ANA)
    session.commit()
    fetch_all(fetching)
    assert len(entries(session)) == 3


def test_a_server_is_asked_whether_it_has_changed(
    session: Session, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    answer = rss(item(site, 1))
    asked: list[dict[str, str]] = []

    def page(headers: dict[str, str]) -> Answer:
        asked.append(headers)
        if headers.get("if-none-match") == '"v1"':
            return Answer(b"", 304, {"Cache-Control": "max-age=7200"})
        return Answer(
            answer.body, 200, RSS | {"ETag": '"v1"', "Last-Modified": "Fri, 27 Nov 2026 08:00:00 GMT"}
        )

    site.pages["/feed"] = page
    fetch_all(fetching)
    before = clock.now()
    poll_again(session, feed, fetching)
    assert asked[1]["if-modified-since"] == MODIFIED
    assert feed.next_poll_at is not None
    assert feed.next_poll_at - before >= timedelta(seconds=7_190)
    assert (len(entries(session)), feed.failures) == (1, 0)


def test_a_feed_with_news_is_polled_sooner_and_a_quiet_one_later(
    session: Session, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    fetch_all(fetching)
    session.refresh(feed)
    first = feed.interval_seconds
    for _ in range(12):
        poll_again(session, feed, fetching)
    assert first < feed.interval_seconds == LONGEST
    for number in range(4, 14):
        site.pages["/feed"] = rss(item(site, number))
        poll_again(session, feed, fetching)
    assert feed.interval_seconds == SHORTEST


def test_a_feed_that_fails_is_asked_later_and_later_and_stopped_with_a_sentence(
    session: Session, publication: Publication, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    del site.pages["/feed"]
    waits: list[float] = []
    now = clock.now()
    for _ in range(MOST_FAILURES):
        with time_machine.travel(now, tick=False):
            fetch_all(fetching)
        session.refresh(feed)
        session.commit()
        if feed.next_poll_at is not None:
            waits.append((feed.next_poll_at - now).total_seconds())
            now = feed.next_poll_at
    assert waits == sorted(waits)
    assert (len(waits), waits[-1]) == (MOST_FAILURES - 1, LONGEST)
    assert (feed.next_poll_at, feed.problem) == (None, "Its server answers with status 404.")
    assert count_stopped(session, publication.id) == 1
    site.pages["/feed"] = rss(item(site, 1))
    poll_again(session, feed, fetching)
    assert (feed.failures, feed.problem, count_stopped(session, publication.id)) == (0, "", 0)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(b"", 200, RSS), "The feed is empty."),
        (Answer(b"<html><body>No</body></html>", 200, {"Content-Type": "text/html"}), "This is a page"),
        (Answer(b"", 503, {"Retry-After": "7200"}), "status 503"),
        (Answer(b"", 302, {"Location": "http://127.0.0.2/feed"}), ""),
    ],
)
def test_what_is_no_feed_gets_a_sentence(
    session: Session, site: Site, feed: Feed, fetching: FetchContext, answer: Answer, problem: str
) -> None:
    site.pages["/feed"] = answer
    before = clock.now()
    fetch_all(fetching)
    session.refresh(feed)
    assert problem in feed.problem
    assert feed.problem.endswith(".")
    assert feed.failures == 1
    assert feed.next_poll_at is not None
    if answer.status == 503:
        assert feed.next_poll_at - before >= timedelta(seconds=7_190)


def test_a_feed_that_is_gone_is_stopped_at_once(
    session: Session, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    site.pages["/feed"] = Answer(b"", 410)
    fetch_all(fetching)
    session.refresh(feed)
    assert (feed.failures, feed.next_poll_at) == (1, None)


def test_the_address_of_a_site_becomes_that_of_its_feed(
    session: Session, publication: Publication, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    remove_feed(session, feed.id, actor=ANA)
    site.pages["/other"] = rss(item(site, 4))
    link = '<link rel="alternate" type="application/rss+xml" href="/other">'
    site.pages["/"] = Answer(f"<html><head>{link}</head></html>".encode(), 200, {"Content-Type": "text/html"})
    home = add_feed(session, publication, site.url("/"), actor=ANA)
    session.commit()
    fetch_all(fetching)
    session.refresh(home)
    assert (home.url, home.problem) == (site.url("/other"), "")
    assert len(entries(session)) == 1


def test_the_pictures_and_pages_of_a_feed_stay_out_of_private_networks(
    session: Session, site: Site, feed: Feed, fetching: FetchContext
) -> None:
    with Site() as inside:
        site.pages["/feed"] = rss(f"<item><title>A</title><link>{inside.url('/secret')}</link></item>")
        fetch_all(fetching)
        assert inside.requests == []
    assert [entry.trouble for entry in entries(session)] == [Trouble.PRIVATE]


def test_the_sweep_publishes_jobs_for_what_is_due_unless_some_wait(
    session: Session, publication: Publication, feed: Feed, fetching: FetchContext, redis_url: str
) -> None:
    with empty_queues(redis_url) as client:
        publish_fetch_jobs(fetching.sessions)
        assert queued(client, Queue.FETCH) == [{}]
        add_text(session, publication, "https://a.example https://b.example", via=Via.PASTE, actor=ANA)
        session.rollback()
        publish_fetch_jobs(fetching.sessions)
        assert queued(client, Queue.FETCH) == [{}]
        client.flushall()
        add_text(session, publication, "https://a.example https://b.example", via=Via.PASTE, actor=ANA)
        session.commit()
        assert queued(client, Queue.FETCH) == [{}] * 2
        client.flushall()
        publish_fetch_jobs(fetching.sessions)
        assert queued(client, Queue.FETCH) == [{}] * 3
