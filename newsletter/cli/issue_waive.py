"""`newsletter issue waive`, `unwaive` and `waivers`: warnings that may stay, with the reason."""

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID


@click.command("waive")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("rule")
@click.argument("place", default="-", required=False)
@click.option("--reason", required=True, help="Why the warning may stay; shown in the review.")
@click.option(
    "--state", help="The state that you have reviewed, such as 17.3; exit 2 if it was edited since."
)
@json_option
def waive(issue_id: int, rule: str, place: str, reason: str, state: str | None, as_json: bool) -> None:
    """Waive the warnings of RULE at PLACE in issue ID, until that place is edited.

    RULE and PLACE are as `newsletter issue check` prints them; without PLACE, or with “-”, what is said about
    the issue as a whole, which any edit makes new.
    """
    from newsletter import audit
    from newsletter.preflight.waive import waive as let_stay

    path = "" if place == "-" else place
    with session() as opened:
        made = let_stay(
            opened,
            issue_id,
            rule,
            path,
            reason=reason,
            links=runtime().links,
            actor=audit.COMMAND_LINE,
            state=state,
        )
        opened.commit()
        ids = [waiver.id for waiver in made]
    shown = ", ".join(str(each) for each in ids)
    answer(as_json, {"issue": issue_id, "waivers": ids}, f"Waived as waiver {shown} of issue {issue_id}.")


@click.command("unwaive")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("waiver_id", metavar="WAIVER", type=ID)
@json_option
def unwaive(issue_id: int, waiver_id: int, as_json: bool) -> None:
    """Withdraw a waiver, so that its warning shows again."""
    from newsletter import audit
    from newsletter.preflight.waive import unwaive as take_back

    with session() as opened:
        waiver = take_back(opened, issue_id, waiver_id, actor=audit.COMMAND_LINE)
        rule = waiver.rule
        opened.commit()
    facts = {"issue": issue_id, "waiver": waiver_id, "rule": rule}
    answer(as_json, facts, f"The warning of “{rule}” is shown again.")


@click.command("waivers")
@click.argument("issue_id", metavar="ID", type=ID)
@json_option
def waivers(issue_id: int, as_json: bool) -> None:
    """List the waivers of issue ID, and whether each still applies to the text."""
    from newsletter.issues.load import find_issue, find_revision
    from newsletter.preflight.check import check
    from newsletter.preflight.waivers import standing_waivers, void_waivers

    with session() as opened:
        issue = find_issue(opened, issue_id)
        findings = check(opened, find_revision(opened, issue), issue.publication, runtime().links)
        void = {waiver.id for waiver in void_waivers(opened, issue, findings)}
        rows = [
            {
                "waiver": waiver.id,
                "rule": waiver.rule,
                "path": waiver.path,
                "message": waiver.message,
                "reason": waiver.reason,
                "by": waiver.waived_by,
                "at": waiver.at.isoformat(timespec="seconds"),
                "holds": waiver.id not in void,
            }
            for waiver in standing_waivers(opened, issue_id)
        ]
    lines = [
        f"{row['waiver']:>4}  {'holds ' if row['holds'] else 'edited'}  {row['rule']}  {row['path'] or '-'}"
        f"  {row['by']}: {row['reason']}"
        for row in rows
    ]
    answer(as_json, {"issue": issue_id, "waivers": rows}, "\n".join(lines) or "Nothing was waived.")
