"""`newsletter subscribers import` and `undo`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID
from newsletter.cli.progress import progress_bar

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.publications.models import Publication
    from newsletter.subscribers.imports.columns import Columns
    from newsletter.subscribers.imports.plan import Plan
    from newsletter.subscribers.imports.read import Source
    from newsletter.subscribers.imports.result import ImportResult

SHOWN_PROBLEMS = 20
FORMATS = (
    *(
        "auto",
        "mailchimp",
        "substack",
        "ghost",
        "buttondown",
        "beehiiv",
        "listmonk",
        "keila",
        "kit",
        "newsletter",
    ),
)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--publication", "slug", required=True, help="The slug of the publication.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="auto",
    show_default=True,
    help="The service that wrote the file; auto recognises it by its header.",
)
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column is: email, name, tags, consent_at, an attribute, ignore, … Remembered.",
)
@click.option(
    "--data",
    type=click.Choice(["fill", "overwrite"]),
    default="fill",
    show_default=True,
    help="What to do with existing names, languages and attributes.",
)
@click.option(
    "--kind",
    type=click.Choice(["subscribe", "suppress"]),
    default="subscribe",
    show_default=True,
    help="suppress: never write to these addresses again.",
)
@click.option(
    "--charset",
    default="",
    help="The character set of the file, such as utf-8 or cp1250; recognised by default.",
)
@click.option("--dry-run", is_flag=True, help="Show what would happen, without changing anything.")
@click.option(
    "--errors",
    "errors_file",
    metavar="FILE",
    help="Write the rows that were left out to this CSV file.",
)
@json_option
def import_file(
    file: Path, slug: str, charset: str, dry_run: bool, errors_file: str | None, as_json: bool, **how: Any
) -> None:
    """Import FILE (CSV, TSV, XLSX or JSON lines) with a column for addresses. They are subscribed at once.

    Skipped are suppressed addresses, people who left, and people whom the file itself does not call
    subscribed (columns such as state, unsubscribed_at, subscribed_to_emails). Rows that cannot be used are
    listed with their line. “newsletter subscribers undo” undoes an import.
    """
    run_file(file, slug, as_json, charset=charset, dry_run=dry_run, errors_file=errors_file, **how)


def run_file(
    file: Path,
    slug: str | None,
    as_json: bool,
    *,
    charset: str = "",
    dry_run: bool = False,
    errors_file: str | None = None,
    **how: Any,
) -> None:
    """Import `file` as the options of the command say in `how`, and answer."""
    from newsletter.publications.find import find_publication_or_only

    with session() as opened, _converted(file, charset) as (path, lower):
        publication = find_publication_or_only(opened, slug)
        source = _source(opened, publication, path, str(file), lower, how)
        facts, result, columns = _run(opened, publication, source, dry_run=dry_run)
    if errors_file is not None:
        _write_errors(Path(errors_file), result)
    answer(as_json, facts, _summary(facts, result, columns, dry_run=dry_run))


@click.command("undo")
@click.argument("import_id", type=ID, metavar="IMPORT")
@json_option
def undo(import_id: int, as_json: bool) -> None:
    """Undo IMPORT, within 30 days. Everyone is as before, except for what they changed themselves since."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.core.errors import Missing
    from newsletter.subscribers.imports.models import SubscriberImport
    from newsletter.subscribers.imports.undo import begin_undo, run_undo

    with session() as opened:
        row = opened.get(SubscriberImport, import_id)
        if row is None:
            raise Missing("unknown_import", f"There is no import {import_id}.")
        begin_undo(opened, row.publication_id, import_id, actor=COMMAND_LINE)
        opened.commit()
        with progress_bar(row.imported + row.updated) as bar:
            run_undo(runtime().sessions, import_id, progress=bar.update)
        opened.refresh(row)
        counts = {name: int(row.undone.get(name, 0)) for name in ("removed", "restored", "ended", "kept")}
    sentence = (
        f"Import {import_id} is undone: {counts['removed']:,} removed, {counts['restored']:,} restored, "
        f"{counts['ended']:,} ended because they got a mailing, {counts['kept']:,} kept because they changed."
    )
    answer(as_json, {"import": import_id, **counts, "lifted": int(row.undone.get("lifted", 0))}, sentence)


@contextmanager
def _converted(file: Path, charset: str) -> Iterator[tuple[Path, int]]:
    """The file as CSV in UTF-8: itself, or a copy that is deleted afterwards; how much lower its rows lie."""
    from newsletter.subscribers.imports.charset import chosen_charset
    from newsletter.subscribers.imports.convert import convert, needs_conversion
    from newsletter.subscribers.imports.files import ImportFiles

    charset = chosen_charset(charset)
    if not needs_conversion(file, str(file), charset):
        yield file, 0
        return
    files = ImportFiles(runtime().settings.data_dir)
    files.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = files.new_name()
    try:
        yield files.path(name), convert(file, str(file), files.path(name), charset)
    finally:
        files.discard(name)


def _source(
    opened: "Session", publication: "Publication", path: Path, called: str, lower: int, how: dict[str, Any]
) -> "Source":
    from newsletter.subscribers.imports.plan import DataRule, Kind, make_plan
    from newsletter.subscribers.imports.read import Source
    from newsletter.subscribers.imports.remember import with_remembered

    plan: Plan = make_plan(
        opened,
        publication.id,
        format_=how.get("format_", "auto"),
        pairs=how.get("pairs", ()),
        data=DataRule(how.get("data", "fill")),
        kind=Kind(how["kind"]),
    )
    return with_remembered(opened, publication.id, Source(path, called, plan=plan, lower=lower))


def _run(
    opened: "Session", publication: "Publication", source: "Source", *, dry_run: bool
) -> tuple[dict[str, Any], "ImportResult", "Columns"]:
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.subscribers.imports.immediate import import_file as run_import
    from newsletter.subscribers.imports.preview import preview_import
    from newsletter.subscribers.imports.read import count_lines, read_columns
    from newsletter.subscribers.imports.remember import remember

    columns = read_columns(source)
    import_id = None
    with progress_bar(count_lines(source)) as bar:
        if dry_run:
            result = preview_import(
                opened, publication.id, source, progress=lambda line: bar.update(line - bar.pos)
            ).result
        else:
            if source.plan.mapping:
                remember(opened, publication.id, columns.titles, source.plan.mapping)
                opened.commit()
            done = run_import(
                opened,
                publication,
                source,
                actor=COMMAND_LINE,
                progress=lambda line, _lines: bar.update(line - bar.pos),
            )
            result, import_id = done.result, done.id
    facts = {"import": import_id, **result.facts(), "columns": columns.facts(), "dry_run": dry_run}
    return facts, result, columns


def _write_errors(path: Path, result: "ImportResult") -> None:
    import csv

    from newsletter.core.errors import OperatorMustAct

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "reason", "problem"])
            writer.writerows([error.line, error.code, error.problem] for error in result.errors)
    except OSError as error:
        raise OperatorMustAct("errors_file", f"{path} cannot be written: {error.strerror}.") from error


def _summary(facts: dict[str, Any], result: "ImportResult", columns: "Columns", *, dry_run: bool) -> str:
    verb = "would be imported" if dry_run else "imported"
    lines = [f"{result.imported:,} {verb}, {result.already:,} already subscribed."]
    if result.updated:
        lines.append(f"{result.updated:,} of them {'would be' if dry_run else 'were'} updated.")
    if result.ended:
        lines.append(f"{result.ended:,} unsubscribed here, because they are in the file.")
    if result.suppressed:
        lines.append(f"{result.suppressed:,} suppressed, because they are in the file.")
    lines += [f"{number:,} skipped: {_reason(reason)}." for reason, number in sorted(result.skipped.items())]
    if columns.format is not None:
        lines.append(f"Recognised as an export of {columns.format.label}.")
    if columns.ignored:
        lines.append(f"Ignored columns: {', '.join(columns.ignored)}.")
    if result.errors:
        lines.append(f"{len(result.errors):,} left out:")
    lines += [f"  line {error.line}: {error.problem}" for error in result.errors[:SHOWN_PROBLEMS]]
    if len(result.errors) > SHOWN_PROBLEMS:
        lines.append(f"  … and {len(result.errors) - SHOWN_PROBLEMS:,} more; --errors FILE writes them all.")
    if facts["import"] is not None:
        lines.append(f"To undo it: newsletter subscribers undo {facts['import']}")
    return "\n".join(lines)


def _reason(reason: str) -> str:
    """Why a row was skipped; what the file says about a person is told from what is known here."""
    if reason.startswith("file_"):
        return f"{reason.removeprefix('file_').replace('_', ' ')}, according to the file"
    return reason
