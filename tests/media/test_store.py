"""The same picture is stored once, and served in the widths there are."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing, OperatorMustAct, Refused
from newsletter.core.links import Links
from newsletter.media.files import MediaFiles
from newsletter.media.models import MediaFile
from newsletter.media.store import original_name, store_image
from newsletter.media.variants import WIDTHS, find_sources, served, variant


def a_png(width: int = 1000, height: int = 500, colour: tuple[int, int, int] = (120, 20, 40)) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "png")
    return file.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> MediaFiles:
    return MediaFiles(tmp_path / "media")


def test_an_image_is_stored_once_and_its_words_are_kept(session: Session, files: MediaFiles) -> None:
    first = store_image(session, files, a_png(), filename="sea.png", alt="The sea")
    again = store_image(session, files, a_png(), filename="copy.png", alt="Another", credit="Ilse Brandt")
    other = store_image(session, files, a_png(colour=(0, 0, 0)))
    assert again.id == first.id != other.id
    assert (again.filename, again.alt, again.credit) == ("sea.png", "The sea", "Ilse Brandt")
    assert (first.format, first.width, first.height) == ("png", 1000, 500)
    assert session.scalar(select(func.count()).select_from(MediaFile)) == 2


def test_a_file_that_was_lost_is_mended_by_adding_the_image_again(
    session: Session, files: MediaFiles
) -> None:
    row = store_image(session, files, a_png())
    (files.folder / original_name(row)).unlink()
    with pytest.raises(Missing):
        variant(files, row, 300)
    store_image(session, files, a_png())
    assert variant(files, row, 300)


def test_a_refused_image_leaves_nothing(session: Session, files: MediaFiles) -> None:
    with pytest.raises(Refused):
        store_image(session, files, b"not an image")
    with pytest.raises(Refused, match="120 characters"):
        store_image(session, files, a_png(), licence="x" * 121)
    assert session.scalar(select(func.count()).select_from(MediaFile)) == 0
    assert not files.folder.exists()


def test_a_folder_that_cannot_be_written_is_for_the_operator(session: Session, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file is in the way")
    with pytest.raises(OperatorMustAct, match="cannot be written"):
        store_image(session, MediaFiles(tmp_path / "media"), a_png())


def test_variants_are_made_once_and_only_in_the_listed_widths(session: Session, files: MediaFiles) -> None:
    row = store_image(session, files, a_png())
    for width in WIDTHS:
        octets = variant(files, row, width)
        with Image.open(BytesIO(octets)) as image:
            assert image.width == min(width, 1000)
    cached = files.folder / row.key / "300.png"
    cached.write_bytes(b"as it was cached")
    assert variant(files, row, 300) == b"as it was cached"
    with pytest.raises(Missing):
        variant(files, row, 301)
    assert not list(files.folder.rglob(".*"))


def test_sizes_on_the_web_are_those_of_the_file(session: Session, files: MediaFiles, links: Links) -> None:
    row = store_image(session, files, a_png(1001, 333))
    for width in WIDTHS:
        shown = served(links, row, width)
        with Image.open(BytesIO(variant(files, row, width))) as image:
            assert image.size == (shown.width, shown.height)
        assert shown.url == f"http://localhost/media/{row.key}/{width}.png"


def test_sources_of_a_document_are_found(session: Session, files: MediaFiles) -> None:
    row = store_image(session, files, a_png())
    source = f"media:{row.key}"
    assert find_sources(session, {source, "media:0000", "https://example.org/a.png", ""}) == {source: row}
    assert find_sources(session, set()) == {}


def test_names_stay_inside_the_folder(files: MediaFiles) -> None:
    for name in ("../secret", "/etc/passwd", "a/../b", "", "A.png", "a//b", ".hidden"):
        with pytest.raises(ValueError, match="not the name"):
            files.read(name)
