"""`newsletter inbox`: the links that editors collect."""

import sys
from typing import TYPE_CHECKING

import click

from newsletter.cli.environment import answer, console, json_option, runtime, session
from newsletter.cli.parameters import ID

if TYPE_CHECKING:
    from newsletter.curation.models import Entry

ACTOR = "command line"
WAITED_SECONDS = 180
LOOK_SECONDS = 0.2
STATES = ("fetching", "ready", "trouble", "used", "discarded")

publication_option = click.option(
    "--publication", "slug", required=True, help="The publication, by its short name."
)


@click.group("inbox", help="Collect links, and place them in issues.")
def command() -> None: ...


@command.command("add")
@click.argument("links", nargs=-1, metavar="[URL…|-]")
@publication_option
@click.option("--wait", is_flag=True, help="Wait until a worker has read every page.")
@json_option
def add(links: tuple[str, ...], slug: str, wait: bool, as_json: bool) -> None:
    """Add each URL, or every link in the text on standard input (-)."""
    from newsletter.core.errors import Refused
    from newsletter.curation.add import add_text
    from newsletter.curation.models import Via
    from newsletter.publications.find import find_publication

    text = sys.stdin.read() if links in {(), ("-",)} else "\n".join(links)
    if "\0" in text:
        raise Refused("no_links", "This is not text.")
    with session() as opened:
        publication = find_publication(opened, slug)
        entries = add_text(opened, publication, text, via=Via.COMMAND_LINE, actor=ACTOR)
        opened.commit()
        ids = [entry.id for entry in entries]
    states = _wait(ids) if wait else {entry.id: entry.state.value for entry in entries}
    rows = [{"id": entry.id, "url": entry.url, "state": states[entry.id]} for entry in entries]
    count = f"{len(rows)} links" if len(rows) != 1 else "1 link"
    answer(as_json, {"entries": rows}, f"{count} in the inbox of {slug}.")
    if wait and "fetching" in states.values():
        raise SystemExit(1)


@command.command("list")
@publication_option
@click.option("--state", type=click.Choice(STATES), help="Only entries in this state.")
@click.option("--search", default="", help="Only entries that contain these words.")
@json_option
def list_(slug: str, state: str | None, search: str, as_json: bool) -> None:
    """List the entries, newest first; the 500 newest."""
    from newsletter.curation.facts import short_facts
    from newsletter.curation.listing import EntryFilter, list_entries
    from newsletter.curation.models import EntryState
    from newsletter.publications.find import find_publication

    wanted = EntryFilter(state=EntryState(state) if state else None, words=search)
    with session() as opened:
        publication = find_publication(opened, slug)
        entries = list_entries(opened, publication.id, wanted, most=500).entries
    if as_json:
        answer(True, {"entries": [short_facts(entry) for entry in entries]}, "")
        return
    if not entries:
        console.print("No entries. Add links with `newsletter inbox add`.")
        return
    from rich.table import Table

    table = Table("id", "state", "outlet", "headline or link", box=None)
    for entry in entries:
        table.add_row(str(entry.id), entry.state.value, entry.outlet, entry.headline or entry.url)
    console.print(table)


@command.command("show")
@click.argument("entry_id", metavar="ID", type=ID)
@json_option
def show(entry_id: int, as_json: bool) -> None:
    """Show everything we know about an entry."""
    from newsletter.curation.facts import entry_facts
    from newsletter.curation.find import find_entry

    with session() as opened:
        facts = entry_facts(opened, find_entry(opened, entry_id))
    lines = [f"{name}: {value}" for name, value in facts.items() if value not in ("", None, [])]
    answer(as_json, facts, "\n".join(lines))


@command.command("retry")
@click.argument("entry_id", metavar="ID", type=ID)
@json_option
def retry(entry_id: int, as_json: bool) -> None:
    """Read an entry's page again; what people wrote stays."""
    from newsletter.curation.retry import retry_entry

    with session() as opened:
        entry = retry_entry(opened, entry_id)
        opened.commit()
    _answer(as_json, entry, "The page is being fetched again.")


@command.command("discard")
@click.argument("entry_id", metavar="ID", type=ID)
@json_option
def discard(entry_id: int, as_json: bool) -> None:
    """Take an entry out of the inbox."""
    from newsletter.core.errors import Conflict
    from newsletter.curation.discard import discard_entries
    from newsletter.curation.find import find_entry
    from newsletter.curation.models import EntryState

    with session() as opened:
        entry = find_entry(opened, entry_id)
        discarded = discard_entries(opened, entry.publication_id, [entry_id])
        if not discarded and entry.state is not EntryState.DISCARDED:
            raise Conflict("not_waiting", "This entry is in an issue. Remove it there first.")
        opened.commit()
    _answer(as_json, entry, "Discarded.")


@command.command("place")
@click.argument("entry_id", metavar="ID", type=ID)
@click.option("--issue", "issue_id", type=ID, required=True, help="The issue, by its id.")
@click.option("--section", "section_id", required=True, help="The section, by its id in the document.")
@json_option
def place(entry_id: int, issue_id: int, section_id: str, as_json: bool) -> None:
    """Make an entry an item of a section; its picture is added when a worker has fetched it."""
    from newsletter.curation.place import place_entries

    with session() as opened:
        placed = place_entries(opened, [entry_id], issue_id, section_id, author=ACTOR)
        opened.commit()
    facts = {"issue": issue_id, "section": section_id, "revision": placed.revision.number}
    answer(
        as_json,
        {"id": entry_id, "state": placed.entries[0].state.value} | facts,
        f"It is now in issue {issue_id}, in the section “{section_id}”.",
    )


@command.command("address")
@publication_option
@click.option("--rotate", is_flag=True, help="Create a new address; the old one stops working.")
@click.option("--off", is_flag=True, help="Turn the address off, until the next --rotate.")
@json_option
def address(slug: str, rotate: bool, off: bool, as_json: bool) -> None:
    """Show the secret address: links mailed to it become entries."""
    from newsletter.core.errors import Refused
    from newsletter.curation.email_in.address import inbox_address, rotate_address, turn_off_address
    from newsletter.publications.find import find_publication

    if rotate and off:
        raise Refused("two_wishes", "Give --rotate or --off, not both.")
    with session() as opened:
        publication = find_publication(opened, slug)
        if rotate:
            rotate_address(opened, publication, actor=ACTOR)
        elif off:
            turn_off_address(opened, publication, actor=ACTOR)
        opened.commit()
        links, settings = runtime().links, runtime().settings
        shown = inbox_address(links.signer, settings.effective_mail_domain, publication)
    answer(
        as_json,
        {"address": shown or None},
        shown or "Links by email are off. Create an address with --rotate.",
    )


@command.command("suggestions")
@publication_option
@click.option("--on/--off", "allowed", default=None, help="Let readers suggest links, or stop it.")
@json_option
def suggestions(slug: str, allowed: bool | None, as_json: bool) -> None:
    """Show or change whether readers may suggest links, on a page of their own."""
    from newsletter.curation.suggest import allow_suggestions
    from newsletter.publications.find import find_publication

    with session() as opened:
        publication = find_publication(opened, slug)
        if allowed is not None:
            allow_suggestions(opened, publication, allowed, actor=ACTOR)
            opened.commit()
        page = runtime().links.suggest(slug) if publication.suggestions else None
    told = f"Readers suggest links at {page}" if page else "Readers may not suggest links."
    answer(as_json, {"suggestions": page is not None, "url": page}, told)


def _wait(ids: list[int]) -> dict[int, str]:
    """The state of each entry once none is being fetched, or after `WAITED_SECONDS`."""
    from sqlalchemy import select

    from newsletter.core import clock
    from newsletter.core.db import reading
    from newsletter.curation.models import Entry

    until = clock.monotonic() + WAITED_SECONDS
    while True:
        with reading(), session() as opened:
            rows = opened.execute(select(Entry.id, Entry.state).where(Entry.id.in_(ids)))
            states = {row[0]: row[1].value for row in rows}
        if "fetching" not in states.values() or clock.monotonic() > until:
            return states
        clock.sleep(LOOK_SECONDS)


def _answer(as_json: bool, entry: "Entry", sentence: str) -> None:
    answer(as_json, {"id": entry.id, "state": entry.state.value}, sentence)
