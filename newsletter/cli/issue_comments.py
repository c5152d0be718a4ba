"""`newsletter issue comment`, `comments`, `share` and `unshare`: what people say about an issue."""

from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID, NUMBER

if TYPE_CHECKING:
    from newsletter.comments.threads import Thread


@click.command("comment")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("text", metavar="TEXT")
@click.option("--section", help="The id of the section that it is about; the whole issue by default.")
@click.option("--item", type=NUMBER, help="The number of the item in the section, from 1.")
@click.option("--quote", help="The text it is about, copied from the issue.")
@json_option
def comment(
    issue_id: int, text: str, section: str | None, item: int | None, quote: str | None, as_json: bool
) -> None:
    """Comment on issue ID; “@name” notifies a team member by email."""
    from newsletter import audit
    from newsletter.comments.add import add_comment
    from newsletter.issues.load import find_issue

    with session() as opened:
        issue = find_issue(opened, issue_id)
        made = add_comment(
            opened,
            issue,
            text,
            author=audit.COMMAND_LINE,
            section_id=section or "",
            item=None if item is None else item - 1,
            quote=quote or "",
        )
        opened.commit()
        answer(as_json, {"issue": issue_id, "comment": made.id}, f"Comment {made.id} on “{issue.title}”.")


@click.command("comments")
@click.argument("issue_id", metavar="ID", type=ID)
@json_option
def comments(issue_id: int, as_json: bool) -> None:
    """List the comments on issue ID, open ones first, each with its place."""
    from newsletter.comments.threads import list_threads
    from newsletter.issues.load import find_issue, find_revision, load_document

    with session() as opened:
        issue = find_issue(opened, issue_id)
        document = load_document(find_revision(opened, issue))
        rows = [_facts(thread) for thread in list_threads(opened, issue, document)]
        title = issue.title
    if as_json:
        answer(True, {"issue": issue_id, "comments": rows}, "")
    elif not rows:
        click.echo(f"No comments on “{title}” yet.")
    else:
        click.echo("\n\n".join(_lines(row) for row in rows))


@click.command("share")
@click.argument("issue_id", metavar="ID", type=ID)
@click.option("--days", type=NUMBER, default=14, show_default=True, help="For how many days it works.")
@json_option
def share(issue_id: int, days: int, as_json: bool) -> None:
    """Create a link with which people without an account can read issue ID and comment on it."""
    from newsletter import audit
    from newsletter.comments.share import share as make

    with session() as opened:
        link = make(opened, issue_id, days=days, actor=audit.COMMAND_LINE)
        opened.commit()
        url, until = runtime().links.share(link.id), link.expires_at.isoformat(timespec="minutes")
        facts = {"issue": issue_id, "link": link.id, "url": url, "expires_at": until}
    answer(as_json, facts, f"{url}\nIt works until {until}.")


@click.command("unshare")
@click.argument("issue_id", metavar="ID", type=ID)
@click.option("--link", "link_id", type=ID, help="The number of one link; all of them by default.")
@json_option
def unshare(issue_id: int, link_id: int | None, as_json: bool) -> None:
    """Revoke the share links of issue ID."""
    from newsletter import audit
    from newsletter.comments.share import unshare as revoke

    with session() as opened:
        revoked = revoke(opened, issue_id, link_id, actor=audit.COMMAND_LINE)
        opened.commit()
    links = "link" if revoked == 1 else "links"
    said = f"{revoked} {links} revoked." if revoked else "There was no link to revoke."
    answer(as_json, {"issue": issue_id, "revoked": revoked}, said)


def _facts(thread: "Thread") -> dict[str, Any]:
    comment = thread.comment
    return {
        "comment": comment.id,
        "author": comment.author,
        "from_link": comment.share_link_id is not None,
        "text": comment.text,
        "path": thread.target.path if thread.target else "",
        "quote": comment.quote,
        "gone": thread.is_gone,
        "created_at": comment.created_at.isoformat(),
        "resolved": comment.resolved_at is not None,
        "replies": [
            {"comment": each.id, "author": each.author, "text": each.text} for each in thread.replies
        ],
    }


def _lines(row: dict[str, Any]) -> str:
    place = "on deleted text" if row["gone"] else row["path"] or "the whole issue"
    state = ", resolved" if row["resolved"] else ""
    lines = [f"{row['comment']}  {row['author']}, {place}{state}"]
    lines += [f"    > {row['quote']}"] if row["quote"] else []
    lines += [f"    {line}" for line in row["text"].splitlines()]
    lines += [f"    ↳ {each['author']}: {each['text']}" for each in row["replies"]]
    return "\n".join(lines)
