"""`newsletter media …`."""

from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Run
from tests.databases import both_databases


@pytest.fixture
def sea(tmp_path: Path) -> Path:
    path = tmp_path / "sea.jpg"
    Image.new("RGB", (640, 320), (20, 90, 120)).save(path)
    return path


@both_databases
def test_an_image_is_added_and_listed(run: Run, sea: Path) -> None:
    added = run(
        "media", "add", str(sea), "--alt", "The sea", "--credit", "Ilse", "--licence", "CC0", "--json"
    )
    assert added.code == 0
    media = added.json["media"]
    assert media.startswith("media:")
    assert run("media", "add", str(sea), "--json").json == {"media": media}
    listed = run("media", "list", "--json").json["media"]
    assert [(row["media"], row["alt"], row["credit"], row["licence"]) for row in listed] == [
        (media, "The sea", "Ilse", "CC0")
    ]
    assert media in run("media", "list").out
    assert run("media", "add", str(sea)).out.startswith(f"{media}  640 × 320")


def test_what_cannot_be_added_gets_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("hello")
    for name, sentence in (("none.png", "cannot be read: No such file"), ("text.png", "is not a JPEG")):
        done = run("media", "add", str(tmp_path / name))
        assert (done.code, done.out) == (2, "")
        assert sentence in done.err
        assert done.err.count("\n") == 1


def test_an_empty_list_says_what_to_do(run: Run) -> None:
    assert "newsletter media add" in run("media", "list").out
