"""`newsletter issue send`: make an issue's mailing, now or at a time."""

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID


@click.command("send")
@click.argument("issue_id", type=ID)
@click.option("--at", "at", help="When, like 2026-11-27T08:00[Europe/Rome]; now when left out.")
@json_option
def send(issue_id: int, at: str | None, as_json: bool) -> None:
    """Send an issue to its publication's subscribers; pressing again answers the same mailing."""
    from newsletter import audit
    from newsletter.issues.load import find_issue
    from newsletter.sending.schedule import schedule
    from newsletter.sending.schedule_time import load_zone, parse_schedule_time

    with session() as opened:
        issue = find_issue(opened, issue_id)
        when = None if at is None else parse_schedule_time(at, issue.publication.timezone)
        mailing = schedule(opened, issue, when, runtime().links, actor=audit.COMMAND_LINE)
        opened.commit()
        moment = mailing.scheduled_at.astimezone(load_zone(mailing.zone))
        answer(
            as_json,
            {"mailing": mailing.id},
            f"Mailing {mailing.id} of “{issue.title}”, for {moment:%Y-%m-%d %H:%M %Z}. "
            f"Watch it: newsletter mailing status {mailing.id} --wait",
        )
