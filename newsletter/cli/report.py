"""`newsletter report`: what became of a mailing, how a publication grows, what of its issues is read."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from newsletter.cli.environment import answer, console, json_option, session
from newsletter.cli.parameters import ID
from newsletter.core.db import reading

if TYPE_CHECKING:
    from rich.table import Table

    from newsletter.reports.mailing import MailingFollowed, MailingReport
    from newsletter.reports.mailing_figures import MailingFigures
    from newsletter.reports.providers import ProviderFigures
    from newsletter.reports.rate import Rate


class MailingByNumber(click.Group):
    """`report 12` is `report mailing 12`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0].isascii() and args[0].isdigit():
            args = ["mailing", *args]
        return super().resolve_command(ctx, args)


@click.group(
    "report", cls=MailingByNumber, help="Report on mailings, the growth of publications, and what is read."
)
def command() -> None: ...


@command.command("mailing")
@click.argument("mailing_id", type=ID)
@json_option
def mailing(mailing_id: int, as_json: bool) -> None:
    """Report on a mailing; `newsletter report 12` is enough."""
    from newsletter.reports.mailing import mailing_report

    with reading(), session() as opened:
        report = mailing_report(opened, mailing_id)
    if as_json:
        answer(True, report.as_json(), "")
        return
    console.print(f"Mailing {mailing_id}: {report.figures.title}", highlight=False, markup=False)
    console.print(_numbers(report))
    if report.followed and report.followed.links:
        console.print(_links(report.followed), markup=False)
    if report.providers.figures:
        console.print(_providers(report.providers.figures), markup=False)
    if report.compared:
        console.print(_compared([report.figures, *report.compared]))


DAY = click.DateTime(["%Y-%m-%d"])


@command.command("publication")
@click.argument("slug")
@click.option("--from", "first", type=DAY, help="The first day; half a year ago by default.")
@click.option("--to", "last", type=DAY, help="The last day; today by default.")
@click.option(
    "--by", type=click.Choice(["week", "month"]), default="week", show_default=True, help="What a row covers."
)
@json_option
def publication(slug: str, first: datetime | None, last: datetime | None, by: str, as_json: bool) -> None:
    """Report how a publication grows: sign-ups by source, confirmations, who left and why."""
    from newsletter.publications.find import find_publication
    from newsletter.reports.changes import changes_between
    from newsletter.reports.growth import Period, growth, moments_between, recent
    from newsletter.reports.providers import providers_between

    with reading(), session() as opened:
        found = find_publication(opened, slug)
        usual = recent(Period(by), found.timezone)
        days = [given.date() if given else else_ for given, else_ in zip((first, last), usual, strict=True)]
        report = growth(opened, found, days[0], days[1], Period(by))
        providers = providers_between(opened, found, days[0], days[1])
        changes = changes_between(opened, found, *moments_between(found, days[0], days[1]))
    if as_json:
        further = {"providers": providers.as_json(), "changes": [each.as_json() for each in changes]}
        answer(True, report.as_json() | further, "")
        return
    from rich.table import Table

    table = Table(by, box=None)
    for word in ("sign-ups", "confirmed", "joined", "left", "net"):
        table.add_column(word, justify="right")
    rows = [(f"{each.start}", each) for each in report.periods]
    for name, each in [*rows, ("total", report.total)]:
        counts = (each.sign_ups.total(), each.confirmed, each.joined, each.left.total())
        table.add_row(name, *(f"{n:,}" for n in counts), f"{each.net:+,}")
    console.print(table)
    for words, by_word in (("Sign-ups", report.total.sign_ups), ("Left", report.total.left)):
        listed = ", ".join(f"{word.replace('_', ' ')} {n:,}" for word, n in by_word.most_common())
        console.print(f"{words}: {listed or 'none'}", highlight=False)
    console.print(f"Active now: {report.active:,}", highlight=False)
    if providers.total:
        console.print(_providers(providers.total), markup=False)


@command.command("stories")
@click.argument("slug")
@json_option
def stories(slug: str, as_json: bool) -> None:
    """Report which stories, outlets and sections of the last 26 mailings were read most."""
    from newsletter.publications.find import find_publication
    from newsletter.reports.stories import stories_read

    with reading(), session() as opened:
        report = stories_read(opened, find_publication(opened, slug))
    if as_json:
        answer(True, report.as_json(), "")
        return
    if not report.stories:
        console.print("No stories have been counted yet.")
        return
    from rich.table import Table

    for words, reads in (
        ("story", report.stories[:20]),
        ("outlet", report.outlets),
        ("section", report.sections),
    ):
        table = Table(box=None)
        table.add_column(words, overflow="fold")
        table.add_column("times", justify="right")
        table.add_column("clicks of messages sent", justify="right")
        for each in reads:
            table.add_row(each.name or "(none)", f"{each.stories:,}", _rate(each.clicks))
        console.print(table, markup=False)


def _numbers(report: "MailingReport") -> "Table":
    from rich.table import Table

    figures, followed = report.figures, report.followed
    table = Table("", box=None, show_header=False)
    table.add_column(justify="right")
    table.add_row("recipients", f"{report.totals.written_to:,}")
    table.add_row("sent", f"{figures.sent:,}")
    if followed:
        table.add_row("clicks by people", _rate(figures.clicks))
    if followed and followed.tells_apart:
        table.add_row("people who clicked, of those who agreed to be counted", f"{followed.total.people:,}")
    table.add_row("unsubscribed", _rate(figures.unsubscribes))
    table.add_row("rejected", _rate(figures.rejected))
    for reason, n in report.totals.rejected_reasons.items():
        table.add_row(f"  {reason.replace('_', ' ')}", f"{n:,}", style="dim")
    table.add_row("bounced later", _rate(report.came_back.bounced))
    for each in report.came_back.bounces:
        words = f"  {each.kind}, {(each.reason or 'no reason').replace('_', ' ')}"
        table.add_row(words, f"{each.count:,}", style="dim")
    table.add_row("complaints", _rate(report.came_back.complaints))
    if followed:
        table.add_row("first hour's clicks by scanners", _rate(followed.first_hour_scanners))
        table.add_row("opens, an estimate", f"{followed.opens.people:,}")
        table.add_row("loaded by mail providers' proxies", _rate(followed.proxies))
    return table


def _links(followed: "MailingFollowed") -> "Table":
    from rich.table import Table

    table = Table(box=None)
    table.add_column("link", overflow="fold")
    for word in ("clicks", "people", "scanners"):
        table.add_column(word, justify="right")
    for link in followed.links:
        clicks = link.clicks
        table.add_row(link.url, f"{clicks.clicks:,}", f"{clicks.people:,}", f"{clicks.scanners:,}")
    return table


def _compared(mailings: "list[MailingFigures]") -> "Table":
    from rich.table import Table

    table = Table("mailing", "started (UTC)", box=None)
    for word in ("sent", "clicks", "unsubscribed", "rejected"):
        table.add_column(word, justify="right")
    for each in mailings:
        began = f"{each.started_at:%Y-%m-%d %H:%M}" if each.started_at else ""
        rates = (each.clicks, each.unsubscribes, each.rejected)
        table.add_row(str(each.mailing), began, f"{each.sent:,}", *map(_rate, rates))
    return table


def _providers(figures: "list[ProviderFigures]") -> "Table":
    from rich.table import Table

    table = Table("receiver", box=None)
    for word in ("sent", "deferred", "rejected", "bounced later", "complaints", "who clicked"):
        table.add_column(word, justify="right")
    for each in figures:
        rates = (each.deferred, each.rejected, each.bounced, each.complaints, each.people)
        table.add_row(each.name or "others", f"{each.sent:,}", *map(_rate, rates))
    return table


def _rate(rate: "Rate | None") -> str:
    """Such as “1,204 of 61,204 (2.0 %)”; few have no percentage, and what was not counted a dash."""
    if rate is None:
        return "–"
    share = rate.share
    return f"{rate.count:,} of {rate.of:,}" + ("" if share is None else f" ({share:.2%})")
