"""`newsletter issue edition`: an issue in several languages, and files for translators."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, console, json_option, session
from newsletter.cli.parameters import ID

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@click.group("edition", help="Have an issue in several languages, and translate it in files.")
def edition() -> None: ...


@edition.command("add")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("language")
@json_option
def add(issue_id: int, language: str, as_json: bool) -> None:
    """Give issue ID an edition in LANGUAGE, such as de or pt-BR.

    Texts already translated in recent issues of the publication are filled in.
    """
    from newsletter import audit
    from newsletter.core.language_name import language_name
    from newsletter.issues.editions.change import add_edition, checked_language

    tag = checked_language(language)
    with session() as opened:
        add_edition(opened, issue_id, tag, actor=audit.COMMAND_LINE)
        facts = _facts(opened, issue_id, tag)
        opened.commit()
    answer(as_json, {"issue": issue_id} | facts, f"Added {language_name(tag)}: {_words(facts)}.")


@edition.command("remove")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("language")
@json_option
def remove(issue_id: int, language: str, as_json: bool) -> None:
    """Remove the edition in LANGUAGE from issue ID; earlier revisions keep it."""
    from newsletter import audit
    from newsletter.issues.editions.change import remove_edition

    with session() as opened:
        revision = remove_edition(opened, issue_id, language, actor=audit.COMMAND_LINE).number
        opened.commit()
    facts = {"issue": issue_id, "language": language, "revision": revision}
    answer(as_json, facts, f"Issue {issue_id} no longer has an edition in {language}.")


@edition.command("list")
@click.argument("issue_id", metavar="ID", type=ID)
@json_option
def list_(issue_id: int, as_json: bool) -> None:
    """List the editions of issue ID and how far they are translated."""
    from newsletter.core.language_name import language_name
    from newsletter.issues.load import find_issue, find_revision, load_document

    with session() as opened:
        issue = find_issue(opened, issue_id)
        document = load_document(find_revision(opened, issue))
        own = document.language or issue.publication.language
        rows = [_facts(opened, issue_id, each.language) for each in document.editions]
    if as_json:
        answer(True, {"issue": issue_id, "language": own, "editions": rows}, "")
        return
    from rich.table import Table

    table = Table("language", "", "translated", "out of date", "missing", box=None)
    table.add_row(own, language_name(own), "the issue itself")
    for row in rows:
        counts = (str(row[name]) for name in ("current", "outdated", "missing"))
        table.add_row(row["language"], language_name(row["language"]), *counts)
    console.print(table)


@edition.command("export")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("language")
def export(issue_id: int, language: str) -> None:
    """Print the texts of issue ID and their translations in LANGUAGE as a gettext catalogue (.po)."""
    from newsletter.document.translate import texts_in
    from newsletter.issues.editions.change import require_edition, whole_document
    from newsletter.issues.editions.po import write_catalogue
    from newsletter.issues.load import find_issue, find_revision

    with session() as opened:
        issue = find_issue(opened, issue_id)
        document = whole_document(opened, issue, find_revision(opened, issue))
        found = require_edition(document, language)
        octets = write_catalogue(issue.title, found.language, texts_in(document, found))
    click.echo(octets, nl=False)


@edition.command("import")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("language")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def import_(issue_id: int, language: str, file: Path, as_json: bool) -> None:
    """Import the translations of FILE (.po) into the edition of issue ID in LANGUAGE.

    Entries that are fuzzy, empty, or of a text no longer in the issue are skipped; exit 1 if a
    translation does not fit its place.
    """
    from newsletter import audit
    from newsletter.core.errors import Refused
    from newsletter.issues.editions.import_file import import_translations

    try:
        octets = file.read_bytes()
    except OSError as error:
        raise Refused("unreadable_file", f"{file} cannot be read: {error.strerror}.") from error
    with session() as opened:
        outcome = import_translations(opened, issue_id, language, octets, actor=audit.COMMAND_LINE)
        counts = _facts(opened, issue_id, language)
        facts = {"issue": issue_id, "revision": outcome.revision.number} | counts
        opened.commit()
    refused = list(outcome.refused.values())
    facts |= {"taken": len(outcome.saved), "gone": outcome.gone, "refused": refused}
    lines = [f"Took {len(outcome.saved)} translations: {_words(facts)}."]
    lines += [f"No longer in the issue: {each}" for each in outcome.gone]
    lines += [f"Refused: {each}" for each in refused]
    answer(as_json, facts, "\n".join(lines))
    if refused:
        raise SystemExit(1)


def _facts(opened: "Session", issue_id: int, language: str) -> dict[str, Any]:
    from newsletter.issues.editions.change import require_edition, whole_document
    from newsletter.issues.editions.translate import count_progress
    from newsletter.issues.load import find_issue, find_revision

    issue = find_issue(opened, issue_id)
    document = whole_document(opened, issue, find_revision(opened, issue))
    tag = require_edition(document, language).language
    counts = count_progress(document, tag)
    return {"language": tag} | {str(progress): n for progress, n in counts.items()}


def _words(facts: dict[str, Any]) -> str:
    return f"{facts['current']} translated, {facts['outdated']} out of date, {facts['missing']} missing"
