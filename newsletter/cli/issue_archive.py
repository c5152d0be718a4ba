"""`newsletter issue archive`: an issue's tags, its page in the archive, and the sign-ups from there."""

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID, ClearableOption


@click.command("archive")
@click.argument("issue_id", metavar="ID", type=ID)
@click.option(
    "--tags", cls=ClearableOption, help="Set its tags: words separated by commas; an empty text removes all."
)
@json_option
def archive(issue_id: int, tags: str | None, as_json: bool) -> None:
    """Show how issue ID appears in the archive, and how many signed up from its page."""
    from newsletter import audit
    from newsletter.issues.load import find_issue
    from newsletter.issues.tags import set_tags
    from newsletter.subscribers.issue_sign_ups import count_issue_sign_ups

    with session() as opened:
        issue = find_issue(opened, issue_id)
        if tags is not None:
            set_tags(opened, issue_id, tags, actor=audit.COMMAND_LINE)
            opened.commit()
        kept = [row.tag for row in issue.tags]
        sign_ups = count_issue_sign_ups(opened, issue_id)
        page = runtime().links.issue(issue.publication.slug, issue.slug) if issue.published_revision else None
    facts = {
        "issue": issue_id,
        "number": issue.number,
        "url": page,
        "tags": kept,
        "sign_ups": {"asked": sign_ups.asked, "confirmed": sign_ups.confirmed},
    }
    lines = (
        f"“{issue.title}”: {page or 'not published yet'}",
        f"Tags: {', '.join(kept) or 'none'}",
        f"Sign-ups from its page: {sign_ups.asked} asked, {sign_ups.confirmed} confirmed",
    )
    answer(as_json, facts, "\n".join(lines))
