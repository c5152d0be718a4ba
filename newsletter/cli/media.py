"""`newsletter media`: the images that issues show."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.environment import answer, console, json_option, runtime, session

if TYPE_CHECKING:
    from newsletter.media.models import MediaFile


@click.group("media", help="Add and list images.")
def command() -> None: ...


@command.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--alt", default="", help="What the image shows, for people who cannot see it.")
@click.option("--caption", default="", help="The line under the image.")
@click.option("--credit", default="", help="Who made it.")
@click.option("--licence", default="", help="The terms it is used under, such as CC BY 4.0.")
@json_option
def add(file: Path, alt: str, caption: str, credit: str, licence: str, as_json: bool) -> None:
    """Store the image FILE and print its address for documents."""
    from newsletter.core.errors import Refused
    from newsletter.media.files import MediaFiles
    from newsletter.media.picture import MOST_OCTETS
    from newsletter.media.store import store_image

    try:
        with file.open("rb") as opened:
            octets = opened.read(MOST_OCTETS + 1)
    except OSError as error:
        raise Refused("unreadable_file", f"{file} cannot be read: {error.strerror}.") from error
    with session() as opened_session:
        row = store_image(
            opened_session,
            MediaFiles(runtime().settings.media_dir),
            octets,
            filename=file.name,
            alt=alt,
            caption=caption,
            credit=credit,
            licence=licence,
        )
        opened_session.commit()
    answer(
        as_json,
        {"media": f"media:{row.key}"},
        f"media:{row.key}  {row.width} × {row.height}, {row.octets / 1000:,.0f} kB",
    )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the stored images, newest first."""
    from sqlalchemy import select

    from newsletter.media.models import MediaFile

    with session() as opened:
        rows = opened.scalars(select(MediaFile).order_by(MediaFile.id.desc())).all()
    if as_json:
        answer(True, {"media": [_facts(row) for row in rows]}, "")
        return
    if not rows:
        console.print("No images yet. Add one with `newsletter media add FILE`.")
        return
    from rich.table import Table

    table = Table("media", "size", "file", "alt", "credit", box=None)
    for row in rows:
        table.add_row(f"media:{row.key}", f"{row.width} × {row.height}", row.filename, row.alt, row.credit)
    console.print(table)


def _facts(row: "MediaFile") -> dict[str, object]:
    names = ("filename", "format", "width", "height", "octets", "alt", "caption", "credit", "licence")
    return {"media": f"media:{row.key}"} | {name: getattr(row, name) for name in names}
