"""`newsletter suppression`: the addresses that nothing is ever sent to."""

from pathlib import Path

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.output_file import created_file
from newsletter.cli.parameters import ID
from newsletter.cli.progress import progress_bar
from newsletter.cli.subscribers_import import run_file

SHOWN = 50


@click.group("suppression", help="List, add and remove addresses that nothing is ever sent to.")
def command() -> None: ...


@command.command("list")
@click.option("--address", help="Only this address: is it suppressed, and why?")
@click.option("--before", type=ID, help="Those older than the suppression with this number.")
@json_option
def list_(address: str | None, before: int | None, as_json: bool) -> None:
    """List suppressions, newest first, fifty at a time; addresses that were erased are known by hash only."""
    from newsletter.core.addresses import parse_address
    from newsletter.subscribers.suppressions import find_suppression, list_suppressions

    with session() as opened:
        if address is not None:
            found = find_suppression(opened, parse_address(address))
            rows, older = ([] if found is None else [found]), False
        else:
            rows, older = list_suppressions(opened, before=before or 0, limit=SHOWN)
    lines = [
        f"{row.id}  {row.at:%Y-%m-%d}  {row.reason:<12}  {row.email or row.address_hash}"
        + (f"  {row.note}" if row.note else "")
        for row in rows
    ]
    if older:
        lines.append(f"There are older ones: --before {rows[-1].id}")
    facts = {"suppressions": [{"id": row.id, **row.facts()} for row in rows], "older": older}
    answer(as_json, facts, "\n".join(lines) or "No address is suppressed.")


@command.command("add")
@click.argument("address")
@click.option(
    "--reason",
    type=click.Choice(["manual", "hard_bounce", "complaint"]),
    default="manual",
    show_default=True,
    help="Why nothing may be sent.",
)
@click.option("--note", default="", help="A note, to remember why.")
@json_option
def add(address: str, reason: str, note: str, as_json: bool) -> None:
    """Never send to ADDRESS again, in any publication, whatever is imported later."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.core.addresses import parse_address
    from newsletter.subscribers.models import SuppressionReason
    from newsletter.subscribers.suppress import suppress_address

    parsed = parse_address(address)
    with session() as opened:
        row = suppress_address(opened, parsed, SuppressionReason(reason), actor=COMMAND_LINE, note=note)
        opened.commit()
        kept = row.reason.value
    sentence = f"Nothing more is sent to {parsed.email} (reason: {kept})."
    answer(as_json, {"email": parsed.email, "reason": kept}, sentence)


@command.command("remove")
@click.argument("address")
@click.option(
    "--reason",
    type=click.Choice(["asked", "mistake", "works_again"]),
    required=True,
    help="Why it can get mail again; this is recorded.",
)
@json_option
def remove(address: str, reason: str, as_json: bool) -> None:
    """Allow mail to ADDRESS again. Only its owner can undo complaints and erasures."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.core.addresses import parse_address
    from newsletter.core.errors import Missing
    from newsletter.feedback.remove_suppression import RemovalReason, remove_suppression
    from newsletter.subscribers.suppressions import find_suppression

    parsed = parse_address(address)
    with session() as opened:
        found = find_suppression(opened, parsed)
        if found is None:
            raise Missing("unknown_suppression", f"{parsed.email} is not suppressed.")
        remove_suppression(opened, found, RemovalReason(reason), actor=COMMAND_LINE)
        opened.commit()
    facts = {"email": parsed.email, "was": found.reason.value, "reason": reason}
    answer(as_json, facts, f"{parsed.email} is no longer suppressed.")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--publication",
    "slug",
    help="The slug of the publication whose imports list it; not needed where there is only one.",
)
@json_option
def import_file(file: Path, slug: str | None, as_json: bool) -> None:
    """Suppress the addresses in FILE: any list of them, or what “suppression export” wrote, with hashes."""
    from newsletter import audit
    from newsletter.core.errors import Refused
    from newsletter.subscribers.suppressions import is_own_export, read_back

    try:
        with (
            file.open(encoding="utf-8-sig", errors="replace", newline="") as opened_file,
            session() as opened,
        ):
            if not is_own_export(opened_file.readline(1_000)):
                run_file(file, slug, as_json, kind="suppress")
                return
            opened_file.seek(0)
            lines = sum(1 for _line in opened_file) - 1
            opened_file.seek(0)
            new = known = 0
            with progress_bar(lines) as bar:
                for added, there in read_back(opened, opened_file):
                    new, known = new + added, known + there
                    bar.update(added + there)
            audit.record(
                opened, "suppressions.imported", "suppression", None, actor=audit.COMMAND_LINE, added=new
            )
            opened.commit()
    except OSError as error:
        raise Refused("unreadable_file", f"{file} cannot be read: {error.strerror}.") from error
    facts = {"added": new, "known": known}
    answer(as_json, facts, f"{new:,} addresses suppressed, {known:,} were suppressed already.")


@command.command("export")
@click.option("-o", "--output", type=click.Path(dir_okay=False), required=True, help="Where to write it.")
@json_option
def export(output: str, as_json: bool) -> None:
    """Write all suppressions to a CSV file, with hashes for those whose address is no longer known."""
    import csv
    import io

    from newsletter import audit
    from newsletter.core.spreadsheet_cells import safe_text
    from newsletter.subscribers.suppressions import csv_rows

    rows = -1
    with session() as opened, created_file(Path(output)) as file:
        audit.record(opened, "suppressions.exported", "suppression", None, actor=audit.COMMAND_LINE)
        opened.commit()
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        for cells in csv_rows(opened):
            writer.writerow(map(safe_text, cells))
            rows += 1
        text.flush()
        text.detach()
    answer(as_json, {"file": output, "rows": rows}, f"{rows:,} suppressions are in {output}.")
