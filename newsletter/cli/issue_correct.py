"""`newsletter issue correct`, `correction-mail`, `errata`, `links` and `change-link`: after the send."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, console, json_option, runtime, session
from newsletter.cli.parameters import ID, NUMBER

if TYPE_CHECKING:
    from newsletter.corrections.sent_links import SentLink


@click.command("correct")
@click.argument("issue_id", metavar="ID", type=ID)
@click.option("--file", type=str, required=True, help="The corrected document (.json or .md).")
@click.option("--note", type=str, required=True, help="What was wrong; readers see it with the date.")
@click.option(
    "--revision",
    type=NUMBER,
    help="The revision that FILE was made from; exit 2 if the page shows another one.",
)
@json_option
def correct(issue_id: int, file: str, note: str, revision: int | None, as_json: bool) -> None:
    """Correct the web page of sent issue ID, with a dated note; the email stays as it was sent."""
    from newsletter import audit
    from newsletter.corrections.correct_page import correct_page
    from newsletter.issues.load import find_issue
    from newsletter.issues.read_file import read_document

    document = read_document(Path(file))
    links = runtime().links
    with session() as opened:
        made = correct_page(opened, issue_id, document, note, links, actor=audit.COMMAND_LINE, shown=revision)
        issue = find_issue(opened, issue_id)
        url = links.issue(issue.publication.slug, issue.slug)
        facts = {"issue": issue_id, "correction": made.id, "revision": made.revision, "url": url}
        opened.commit()
    answer(as_json, facts, f"The web page was corrected: {url}")


@click.command("correction-mail")
@click.argument("issue_id", metavar="ID", type=ID)
@json_option
def correction_mail(issue_id: int, as_json: bool) -> None:
    """Start a mail to exactly those who got sent issue ID: a small draft to edit and send like any issue."""
    from newsletter import audit
    from newsletter.corrections.mail import begin_correction_mail
    from newsletter.sending.audience import count_audience

    with session() as opened:
        draft = begin_correction_mail(opened, issue_id, runtime().links, actor=audit.COMMAND_LINE)
        readers = count_audience(opened, draft).readers
        facts = {"issue": draft.id, "corrects": issue_id, "title": draft.title, "readers": readers}
        opened.commit()
    people = "1 person" if readers == 1 else f"{readers:,} people"
    answer(
        as_json,
        facts,
        f"Issue {facts['issue']}: “{facts['title']}”, for {people} who got issue {issue_id}. "
        "Write it, then send it.",
    )


@click.command("links")
@click.argument("issue_id", metavar="ID", type=ID)
@json_option
def list_links(issue_id: int, as_json: bool) -> None:
    """List the links of sent issue ID that can still be changed, and where they lead."""
    from newsletter.corrections.sent_links import list_sent_links
    from newsletter.issues.load import find_issue

    with session() as opened:
        listed = list_sent_links(opened, find_issue(opened, issue_id))
        facts = [_facts(link) for link in listed]
    if as_json:
        answer(True, {"issue": issue_id, "links": facts}, "")
    elif not facts:
        console.print("No links of this issue go through the redirect, so none can be changed.")
    else:
        for each in facts:
            mended = f" → {each['target']}" if each["target"] != each["url"] else ""
            click.echo(f"{each['url']}{mended}")


@click.command("change-link")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("old_url", metavar="OLD_URL")
@click.argument("new_url", metavar="NEW_URL")
@json_option
def change_link(issue_id: int, old_url: str, new_url: str, as_json: bool) -> None:
    """Point a link of sent issue ID to NEW_URL, in emails that readers already have.

    Only links that went through our redirect when the issue was sent can be changed: see
    `newsletter issue links`.
    """
    from newsletter import audit
    from newsletter.corrections.mend_link import mend_link as mend

    with session() as opened:
        mended = mend(opened, issue_id, old_url, new_url, runtime().links, actor=audit.COMMAND_LINE)
        opened.commit()
    facts = {"issue": issue_id, "url": mended.url, "old": mended.old_target, "new": mended.new_target}
    outcome = "now leads" if mended.changed else "leads already"
    answer(
        as_json,
        facts | {"changed": mended.changed},
        f"The link to {mended.old_target} {outcome} to {mended.new_target}.",
    )


@click.command("errata")
@click.argument("issue_id", metavar="ID", type=ID)
@click.option(
    "--insert", type=ID, metavar="N", help="Add the erratum of correction N to the end of the draft."
)
@click.option("--dismiss", type=ID, metavar="N", help="Stop offering correction N.")
@json_option
def errata(issue_id: int, insert: int | None, dismiss: int | None, as_json: bool) -> None:
    """List the corrections of earlier issues that draft ID could include."""
    from newsletter import audit
    from newsletter.corrections.erratum import dismiss_erratum, insert_erratum, offered_errata
    from newsletter.issues.load import find_issue

    with session() as opened:
        issue = find_issue(opened, issue_id)
        if insert is not None:
            insert_erratum(opened, issue_id, insert, runtime().links, actor=audit.COMMAND_LINE)
        if dismiss is not None:
            dismiss_erratum(opened, dismiss, actor=audit.COMMAND_LINE)
        rows = [
            {"correction": each.id, "corrects": each.issue_id, "note": each.note, "at": each.at.isoformat()}
            for each in offered_errata(opened, issue)
        ]
        opened.commit()
    if as_json:
        answer(True, {"issue": issue_id, "errata": rows}, "")
    elif not rows:
        console.print("No corrections are waiting.")
    else:
        for row in rows:
            click.echo(
                f"{row['correction']}: of issue {row['corrects']}, {str(row['at'])[:10]}: {row['note']}"
            )


def _facts(link: "SentLink") -> dict[str, Any]:
    mends = [
        {"at": mend.at.isoformat(), "by": mend.actor, "old": mend.old_target, "new": mend.new_target}
        for mend in link.mends
    ]
    return {"url": link.url, "target": link.target, "mends": mends}
