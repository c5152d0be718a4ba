"""`newsletter issue send`: make an issue's mailing, now or at a time."""

import sys
from typing import TYPE_CHECKING

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID

if TYPE_CHECKING:
    from newsletter.issues.models import Revision
    from newsletter.mailings.models import Mailing
    from newsletter.segments.models import Segment
    from newsletter.sending.schedule_time import Moment


@click.command("send")
@click.argument("issue_id", type=ID)
@click.option("--at", "at", help="When, like 2026-11-27T08:00[Europe/Rome]; now by default.")
@click.option("--segment", "segment_slug", help="The slug of the segment to send to; everyone by default.")
@json_option
def send(issue_id: int, at: str | None, segment_slug: str | None, as_json: bool) -> None:
    """Send an issue to its publication's subscribers; if it was sent before, show that mailing.

    Exit 1 when that mailing is of an earlier revision, or for another time or segment than was asked for.
    """
    from newsletter import audit
    from newsletter.issues.load import find_issue, find_revision
    from newsletter.segments.find import find_segment
    from newsletter.sending.schedule import schedule
    from newsletter.sending.schedule_time import load_zone, parse_schedule_time

    with session() as opened:
        issue = find_issue(opened, issue_id)
        when = None if at is None else parse_schedule_time(at, issue.publication.timezone)
        segment = None if segment_slug is None else find_segment(opened, issue.publication, segment_slug)
        mailing = schedule(opened, issue, when, runtime().links, segment=segment, actor=audit.COMMAND_LINE)
        opened.commit()
        difference = _difference(find_revision(opened, issue), mailing, when, segment)
        moment = mailing.scheduled_at.astimezone(load_zone(mailing.zone))
        answer(
            as_json,
            {"mailing": mailing.id},
            f"Mailing {mailing.id} of “{issue.title}”, for {moment:%Y-%m-%d %H:%M %Z}. "
            f"Watch it: newsletter mailing status {mailing.id} --wait",
        )
    if difference:
        click.echo(f"newsletter: {difference}", err=True)
        sys.exit(1)


def _difference(
    newest: "Revision", mailing: "Mailing", when: "Moment | None", segment: "Segment | None"
) -> str:
    """What was asked for and is not what the mailing, which was there already, does."""
    if newest.id != mailing.revision_id:
        return (
            f"Revision {newest.number} is newer than what mailing {mailing.id} sends, so nobody gets it. "
            "To send it, import it as an issue of its own."
        )
    if when is not None and when.at != mailing.scheduled_at:
        return f"Mailing {mailing.id} was already scheduled for another time, which was not changed."
    if mailing.segment_id != (None if segment is None else segment.id):
        return f"Mailing {mailing.id} was already scheduled for other readers, which was not changed."
    return ""
