"""Files of older programs: which charset they are in, by their letters or by what somebody says."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.subscribers.imports.charset import find_charset
from newsletter.subscribers.imports.convert import convert, needs_conversion
from newsletter.subscribers.models import Subscriber
from newsletter.web.admin.words.imports import charset_choices
from tests.cli.conftest import Run, run  # noqa: F401 - a fixture
from tests.databases import both_databases
from tests.factories import make_publication

NAMES = {
    "cp1250": (
        "Paweł Wiśniewski",
        "Łukasz Dąbrowski",
        "Michał Żółć",
        "Małgorzata Gąsior",
        "Jiří Šťastný",
        "Ľubomír Valček",
    ),
    "cp1252": ("José Muñoz", "François Müller", "Søren Ågård", "João Gonçalves", "Zoë d’Árcy", "Jürgen Groß"),
    "cp1251": ("Наталья Иванова", "Юрий Щербаков", "Ольга Кузнецова"),
    "cp1253": ("Γιώργος Παπαδόπουλος", "Ελένη Αλεξίου", "Δημήτρης Νικολάου"),
    "shift_jis": ("山田太郎", "佐藤花子", "鈴木一郎", "高橋美咲"),
    "utf-16": ("Paweł", "山田", "José"),
}
CHOSEN = {**NAMES, "cp1250": ("Őry Győző", "Fűrész Csűrő"), "cp1254": ("Işıl Şahin", "Çağlar Öztürk")}


def write(folder: Path, names: tuple[str, ...], encoding: str) -> Path:
    rows = [f"{name},p{n}@x.example" for n, name in enumerate(names * 5)]
    file = folder / "people.csv"
    file.write_bytes("\n".join(["name,email", *rows, ""]).encode(encoding))
    return file


@pytest.mark.parametrize("encoding", NAMES)
def test_it_is_told_by_its_letters(tmp_path: Path, encoding: str) -> None:
    file, target = write(tmp_path, NAMES[encoding], encoding), tmp_path / "utf-8.csv"
    assert needs_conversion(file, "people.csv")
    convert(file, "people.csv", target)
    assert {line.partition(",")[0] for line in target.read_text().splitlines()} == {"name", *NAMES[encoding]}


def test_spanish_marks_are_no_polish_letters(tmp_path: Path) -> None:
    file = write(tmp_path, ("¿Quién", "¡Olé! Muñoz", "3m³ de agua; ½ día", "«Güell»"), "cp1252")
    assert find_charset(file, "people.csv").encoding == "cp1252"


@pytest.mark.parametrize("encoding", CHOSEN)
def test_what_somebody_says_is_taken(tmp_path: Path, encoding: str) -> None:
    file, target = write(tmp_path, CHOSEN[encoding], encoding), tmp_path / "utf-8.csv"
    convert(file, "people.csv", target, encoding)
    assert {line.partition(",")[0] for line in target.read_text().splitlines()} == {"name", *CHOSEN[encoding]}


def test_a_file_that_is_not_in_it_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, NAMES["cp1252"], "cp1252")
    with pytest.raises(Refused, match=r"people\.csv is not text in shift-jis"):
        convert(file, "people.csv", tmp_path / "utf-8.csv", "shift-jis")


def test_every_choice_is_a_charset() -> None:
    for name, _words in charset_choices()[1:]:
        assert "a".encode(name)


@both_databases
def test_it_is_chosen_on_the_command_line(session: Session, run: Run, tmp_path: Path) -> None:  # noqa: F811
    make_publication(session)
    session.commit()
    file = write(tmp_path, CHOSEN["cp1250"], "cp1250")
    command = ("subscribers", "import", str(file), "--publication", "weekly", "--json")
    assert run(*command, "--charset", "windows-1250").json["added"] == 10
    assert set(session.scalars(select(Subscriber.name))) == set(CHOSEN["cp1250"])
    for wrong in ("klingon", "punycode", "base64"):
        refused = run(*command, "--charset", wrong)
        assert (refused.code, "is no character set" in refused.err) == (2, True), refused.err
