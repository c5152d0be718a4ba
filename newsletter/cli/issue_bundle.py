"""`newsletter issue bundle` and `verify`: an issue in a file that can prove what it was."""

from pathlib import Path

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID

LARGEST = 500_000_000  # octets


@click.command("bundle")
@click.argument("issue_id", metavar="ID", type=ID)
@click.option("-o", "--output", type=click.Path(), required=True, help="Where to write it.")
@json_option
def bundle(issue_id: int, output: str, as_json: bool) -> None:
    """Write an issue with its message, pictures and checks into one file, as it was sent or as it is."""
    from newsletter.bundles.write import write_bundle
    from newsletter.core.errors import Refused
    from newsletter.media.files import MediaFiles

    with session() as opened:
        octets = write_bundle(opened, issue_id, runtime().links, MediaFiles(runtime().settings.media_dir))
    try:
        Path(output).write_bytes(octets)
    except OSError as error:
        raise Refused("unwritable_file", f"{output} cannot be written: {error.strerror}.") from error
    facts = {"issue": issue_id, "file": output, "octets": len(octets)}
    answer(as_json, facts, f"{output}: {len(octets) / 1000:,.0f} kB.")


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Check that a bundle is unchanged and makes the same message again. Needs no database."""
    from newsletter.bundles.verify import verify_bundle
    from newsletter.core.errors import Refused

    try:
        with file.open("rb") as opened:
            octets = opened.read(LARGEST + 1)
    except OSError as error:
        raise Refused("unreadable_file", f"{file} cannot be read: {error.strerror}.") from error
    if len(octets) > LARGEST:
        raise Refused("large_file", f"A bundle has at most {LARGEST // 1_000_000} MB.")
    found = verify_bundle(octets)
    if found.identical:
        sentence = "Unchanged: it makes the same message again."
    elif found.problem:
        sentence = found.problem
    else:
        sentence = (
            "Nothing was changed. It was sent by an earlier version, so its message cannot be made again."
        )
    facts = {"identical": found.identical, "rebuilt": found.rebuilt, "problem": found.problem}
    answer(as_json, {"file": str(file)} | facts | found.facts, sentence)
    if not found.identical:
        raise SystemExit(1)
