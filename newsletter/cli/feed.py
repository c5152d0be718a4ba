"""`newsletter feed`: the feeds that bring entries into an inbox."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, console, json_option, session
from newsletter.cli.inbox import ACTOR, publication_option
from newsletter.cli.parameters import ID

if TYPE_CHECKING:
    from newsletter.curation.models import Feed


@click.group("feed", help="Follow feeds; their new items arrive in the inbox.")
def command() -> None: ...


@command.command("add")
@click.argument("url")
@publication_option
@json_option
def add(url: str, slug: str, as_json: bool) -> None:
    """Add the feed at URL, or the one that the page at URL names."""
    from newsletter.curation.feeds.add import add_feed
    from newsletter.publications.find import find_publication

    with session() as opened:
        feed = add_feed(opened, find_publication(opened, slug), url, actor=ACTOR)
        opened.commit()
        answer(as_json, _facts(feed), f"Feed {feed.id} is polled from now on.")


@command.command("list")
@publication_option
@json_option
def list_(slug: str, as_json: bool) -> None:
    """List the feeds, those with a problem first."""
    from newsletter.curation.feeds.find import list_feeds
    from newsletter.publications.find import find_publication

    with session() as opened:
        feeds = list_feeds(opened, find_publication(opened, slug).id)
    if as_json:
        answer(True, {"feeds": [_facts(feed) for feed in feeds]}, "")
        return
    if not feeds:
        console.print("No feeds yet. Add one with `newsletter feed add URL`.")
        return
    from rich.table import Table

    table = Table("id", "feed", "last success", "problem", box=None)
    for feed in feeds:
        succeeded = feed.succeeded_at.isoformat(timespec="minutes") if feed.succeeded_at else ""
        table.add_row(str(feed.id), feed.title or feed.url, succeeded, feed.problem)
    console.print(table)


@command.command("poll")
@click.argument("feed_id", metavar="[ID]", type=ID, required=False)
@json_option
def poll(feed_id: int | None, as_json: bool) -> None:
    """Have a worker poll a feed now, or all of them."""
    from sqlalchemy import select

    from newsletter.curation.feeds.find import find_feed, poll_soon
    from newsletter.curation.models import Feed

    with session() as opened:
        every = select(Feed).where(Feed.removed_at.is_(None)).order_by(Feed.id)
        feeds = [find_feed(opened, feed_id)] if feed_id else list(opened.scalars(every))
        for feed in feeds:
            poll_soon(opened, feed)
        opened.commit()
    count = f"{len(feeds)} feeds are" if len(feeds) != 1 else "1 feed is"
    answer(as_json, {"feeds": [_facts(feed) for feed in feeds]}, f"{count} polled now.")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@publication_option
@json_option
def import_(file: Path, slug: str, as_json: bool) -> None:
    """Add every feed of an OPML file."""
    from newsletter.core.errors import Refused
    from newsletter.curation.feeds.add import import_opml
    from newsletter.pages.opml import LONGEST_FILE
    from newsletter.publications.find import find_publication

    try:
        with file.open("rb") as opened_file:
            octets = opened_file.read(LONGEST_FILE + 1)
    except OSError as error:
        raise Refused("unreadable_file", f"{file} cannot be read: {error.strerror}.") from error
    with session() as opened:
        result = import_opml(opened, find_publication(opened, slug), octets, actor=ACTOR)
        opened.commit()
        facts = {
            "feeds": [_facts(feed) for feed in result.added],
            "already_there": result.known,
            "unusable": result.unusable,
        }
    unusable = f" Without a usable address: {result.unusable}." if result.unusable else ""
    answer(as_json, facts, f"Added: {len(result.added)}. Already there: {result.known}.{unusable}")


@command.command("remove")
@click.argument("feed_id", metavar="ID", type=ID)
@json_option
def remove(feed_id: int, as_json: bool) -> None:
    """Stop following a feed; its entries stay."""
    from newsletter.curation.feeds.find import remove_feed

    with session() as opened:
        feed = remove_feed(opened, feed_id, actor=ACTOR)
        opened.commit()
    answer(as_json, {"id": feed.id, "removed": True}, "Removed.")


def _facts(feed: "Feed") -> dict[str, Any]:
    moments = {
        name: moment.isoformat() if (moment := getattr(feed, name)) else None
        for name in ("polled_at", "succeeded_at", "new_item_at", "next_poll_at")
    }
    named = ("id", "url", "title", "folder", "site_url", "interval_seconds", "failures", "problem")
    facts: dict[str, Any] = {name: getattr(feed, name) for name in named}
    return facts | moments | {"stopped": feed.next_poll_at is None}
