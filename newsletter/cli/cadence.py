"""`newsletter cadence`: on which dates the issues of a publication are due."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, session

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.publications.models import Publication


@click.group("cadence", help="Set when issues are due.")
def command() -> None: ...


publication_option = click.option(
    "--publication", "slug", help="The slug of the publication; not needed where there is only one."
)


@command.command("set")
@publication_option
@click.argument("rule")
@click.option(
    "--days-ahead",
    type=click.IntRange(0, 30),
    default=3,
    show_default=True,
    help="How many days before each date to create its draft; 0 for none.",
)
@json_option
def set_(slug: str | None, rule: str, days_ahead: int, as_json: bool) -> None:
    """Make issues due by RULE, such as “FR 08:00 Europe/Rome”.

    Days: FR, TU,FR, “1st MO”, “last FR”, a day of the month from 1 to 28, or “last”. Without a zone, that
    of the publication.
    """
    from newsletter import audit
    from newsletter.cadence.change import set_cadence
    from newsletter.publications.find import find_publication_or_only

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        set_cadence(opened, publication, rule, days_ahead=days_ahead, actor=audit.COMMAND_LINE)
        opened.commit()
        _show(opened, publication, as_json)


@command.command("show")
@publication_option
@json_option
def show(slug: str | None, as_json: bool) -> None:
    """Show the rule and the next ten dates."""
    from newsletter.publications.find import find_publication_or_only

    with session() as opened:
        _show(opened, find_publication_or_only(opened, slug), as_json)


@command.command("skip")
@click.argument("day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
@publication_option
@click.option("--undo", is_flag=True, help="Undo the skip.")
@json_option
def skip(day: datetime, slug: str | None, undo: bool, as_json: bool) -> None:
    """Skip DATE, such as 2026-12-25: no draft and no reminder."""
    from newsletter import audit
    from newsletter.cadence.change import skip_date
    from newsletter.publications.find import find_publication_or_only

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        skip_date(opened, publication, day.date(), skip=not undo, actor=audit.COMMAND_LINE)
        opened.commit()
        _show(opened, publication, as_json)


@command.command("stop")
@publication_option
@json_option
def stop(slug: str | None, as_json: bool) -> None:
    """Remove the cadence; drafts already created stay."""
    from newsletter import audit
    from newsletter.cadence.change import stop_cadence
    from newsletter.publications.find import find_publication_or_only

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        stop_cadence(opened, publication, actor=audit.COMMAND_LINE)
        opened.commit()
        answer(
            as_json,
            {"publication": publication.slug, "rule": None},
            f"{publication.name} no longer has a cadence.",
        )


def _show(opened: "Session", publication: "Publication", as_json: bool) -> None:
    from newsletter.cadence.change import find_cadence
    from newsletter.cadence.dates import next_dates
    from newsletter.cadence.rule import load_rule
    from newsletter.core import clock
    from newsletter.core.zones import zone_or_utc

    cadence = find_cadence(opened, publication)
    zone = zone_or_utc(load_rule(cadence.rule).zone)
    dates: list[dict[str, Any]] = [
        {
            "date": due.day.isoformat(),
            "at": due.at.astimezone(zone).isoformat(),
            "skipped": due.skipped,
            "issue": due.issue.id if due.issue else None,
            "scheduled": due.mailing is not None,
        }
        for due in next_dates(opened, publication, clock.now())
    ]
    facts = {"publication": publication.slug, "rule": cadence.rule, "days_ahead": cadence.days_ahead}
    lines = [f"{publication.name}: {cadence.rule}", *map(_line, dates)]
    answer(as_json, facts | {"next": dates}, "\n".join(lines))


def _line(due: dict[str, Any]) -> str:
    at = datetime.fromisoformat(due["at"])
    became = "skipped" if due["skipped"] else "scheduled" if due["scheduled"] else ""
    draft = f"issue {due['issue']}" if due["issue"] else ""
    words = ", ".join(word for word in (draft, became) if word)
    return f"  {at:%a %Y-%m-%d %H:%M %z}{'  ' + words if words else ''}"
