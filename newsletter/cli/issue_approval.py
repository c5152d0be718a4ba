"""`newsletter issue request-review` and `approve`: a second person reads an issue before it is sent."""

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.parameters import ID


@click.command("request-review")
@click.argument("issue_id", metavar="ID", type=ID)
@json_option
def request_review(issue_id: int, as_json: bool) -> None:
    """Email the team that issue ID is waiting for review."""
    from newsletter import audit
    from newsletter.approval.request_review import request_review as ask

    with session() as opened:
        requested = ask(opened, issue_id, actor=audit.COMMAND_LINE)
        opened.commit()
    people = ", ".join(requested.told) or "nobody new"
    answer(
        as_json,
        {"issue": issue_id, "state": requested.state, "asked": requested.told},
        f"Asked for a review of issue {issue_id}: {people}.",
    )


@click.command("approve")
@click.argument("issue_id", metavar="ID", type=ID)
@click.option("--note", default="", help="A note that is kept with the approval.")
@click.option("--state", help="The state that you have read, such as 17.3; exit 2 if it was edited since.")
@json_option
def approve(issue_id: int, note: str, state: str | None, as_json: bool) -> None:
    """Approve the text of issue ID as it is now; any edit makes a new approval necessary."""
    from newsletter import audit
    from newsletter.approval.approve import approve as give
    from newsletter.approval.demand import lacks_approval
    from newsletter.approval.required import text_to_approve
    from newsletter.issues.edit import state_of
    from newsletter.issues.load import find_issue

    with session() as opened:
        approval = give(opened, issue_id, state, actor=audit.COMMAND_LINE, note=note)
        issue = find_issue(opened, issue_id)
        revision = text_to_approve(opened, issue)
        facts = {
            "issue": issue_id,
            "state": state_of(revision),
            "approved_by": approval.approved_by,
            "note": approval.note,
            "may_be_sent": not lacks_approval(opened, revision, issue.publication),
        }
        title = issue.title
        opened.commit()
    answer(as_json, facts, f"“{title}” is approved as it is now (state {facts['state']}).")
