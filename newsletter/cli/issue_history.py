"""`newsletter issue revisions`, `diff` and `restore`: what was saved of an issue, and how to get it back."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, console, json_option, session
from newsletter.cli.parameters import ID, NUMBER

if TYPE_CHECKING:
    from newsletter.issues.diff import DocumentDiff, FieldDiff, ItemDiff, SectionDiff
    from newsletter.issues.revisions import RevisionRow


@click.command("revisions")
@click.argument("issue_id", metavar="ID", type=ID)
@json_option
def revisions(issue_id: int, as_json: bool) -> None:
    """List the revisions of issue ID, newest first."""
    from newsletter.issues.load import find_issue
    from newsletter.issues.revisions import list_revisions

    with session() as opened:
        issue = find_issue(opened, issue_id)
        rows = list_revisions(opened, issue, size=None).rows
        zone = issue.publication.timezone
    if as_json:
        answer(True, {"issue": issue_id, "revisions": [_facts(row) for row in rows]}, "")
        return
    from rich.table import Table

    from newsletter.core.zones import zone_or_utc

    table = Table("No.", f"saved ({zone})", "by", "name", "", box=None)
    for row in rows:
        saved = f"{row.saved_at.astimezone(zone_or_utc(zone)):%Y-%m-%d %H:%M}"
        table.add_row(str(row.number), saved, row.author, row.name, _state(row))
    console.print(table)


@click.command("diff")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("before", metavar="[A]", type=NUMBER, required=False)
@click.argument("after", metavar="[B]", type=NUMBER, required=False)
@json_option
def diff(issue_id: int, before: int | None, after: int | None, as_json: bool) -> None:
    """Show what differs between revisions A and B of issue ID.

    Without B, between A and the newest revision; without both, between the last two. [-…-] was removed, {+…+}
    was added.
    """
    from newsletter.issues.load import find_issue
    from newsletter.issues.revisions import compare_revisions

    with session() as opened:
        issue = find_issue(opened, issue_id)
        after = after or issue.latest_revision
        before = before or max(1, issue.latest_revision - 1)
        difference = compare_revisions(opened, issue, before, after)
        title = issue.title
    if as_json:
        answer(True, {"issue": issue_id, "from": before, "to": after} | _as_json(difference), "")
    elif difference.is_empty:
        answer(False, {}, f"Revisions {before} and {after} of “{title}” say the same.")
    else:
        click.echo("\n".join([f"“{title}”, revision {before} → {after}", *_lines(difference)]))


@click.command("restore")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("number", metavar="N", type=NUMBER)
@json_option
def restore(issue_id: int, number: int, as_json: bool) -> None:
    """Make revision N of issue ID its newest one; what was saved after it stays in the history."""
    from newsletter import audit
    from newsletter.issues.restore import restore_revision

    with session() as opened:
        saved = restore_revision(opened, issue_id, number, actor=audit.COMMAND_LINE)
        opened.commit()
        newest = saved.revision.number
        outcome = (
            f"Revision {number} of “{saved.issue.title}” was restored as revision {newest}."
            if saved.changed
            else f"“{saved.issue.title}” is already the same as revision {number}, so nothing was changed."
        )
        answer(as_json, {"issue": issue_id, "revision": newest, "restored": saved.changed}, outcome)


def _facts(row: "RevisionRow") -> dict[str, Any]:
    return {
        "revision": row.number,
        "name": row.name,
        "author": row.author,
        "created_at": row.created_at.isoformat(),
        "saved_at": row.saved_at.isoformat(),
        "edits": row.edits,
        "restored_from": row.restored_from,
        "locked": row.locked_at is not None,
        "stage": row.stage,
    }


def _state(row: "RevisionRow") -> str:
    restored = f"restores {row.restored_from}" if row.restored_from else ""
    became = row.stage or ("locked" if row.locked_at else "")
    return ", ".join(word for word in (restored, became) if word)


def _as_json(difference: "DocumentDiff") -> dict[str, Any]:
    facts = asdict(difference)
    for holder in (
        facts,
        *facts["sections"],
        *(item for each in facts["sections"] for item in each["items"]),
    ):
        holder["fields"] = [
            {name: field[name] for name in ("name", "before", "after")} for field in holder["fields"]
        ]
    return facts


def _lines(difference: "DocumentDiff") -> list[str]:
    lines = _field_lines(difference.fields, "  ")
    for section in difference.sections:
        name = f"“{section.title}” ({section.type})" if section.title else section.type
        lines += ["", f"Section {name}{_said(section)}", *_field_lines(section.fields, "  ")]
        for item in section.items:
            lines += [f"  • {item.title or '(empty)'}{_said(item)}", *_field_lines(item.fields, "      ")]
    return lines


def _said(changed: "SectionDiff | ItemDiff") -> str:
    """What happened to it as a whole; that it was edited is seen from its fields."""
    moved_from = getattr(changed, "moved_from", "")
    words = [str(changed.change)] if changed.change in {"added", "removed"} else []
    if changed.moved:
        words.append(f"moved here from “{moved_from}”" if moved_from else "moved")
    return f": {', '.join(words)}" if words else ""


def _field_lines(fields: "tuple[FieldDiff, ...]", indent: str) -> list[str]:
    return [_field_line(field, indent) for field in fields]


def _field_line(field: "FieldDiff", indent: str) -> str:
    """`name: text`, with the further lines of the text below it."""
    from newsletter.issues.diff.words import shorten

    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    text = "".join(marks[piece.change].format(piece.text) for piece in shorten(field.pieces))
    return f"{indent}{field.name}: {text}".replace("\n", f"\n{indent}  ")
