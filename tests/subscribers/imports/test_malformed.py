"""Malformed files lose nobody: each row is imported, or named with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.errors import Refused
from newsletter.subscribers.imports.read import Source, read_columns, read_source
from newsletter.subscribers.imports.result import RowProblem
from newsletter.subscribers.imports.row import Row

People = list[tuple[str, str]]


def read(folder: Path, content: str, *, bare: bool = False) -> tuple[People, list[int]]:
    """Addresses and names, and the lines of the problems."""
    path = folder / "file.csv"
    path.write_bytes(content.encode())
    rows = list(read_source(Source(path, "file.csv", bare=bare)))
    people = [(row.address.email, row.name) for row in rows if isinstance(row, Row)]
    return people, [row.line for row in rows if isinstance(row, RowProblem)]


DEE, FAY = ("dee@a.example", "Dee"), ("fay@a.example", "Fay")


@pytest.mark.parametrize(
    ("content", "people", "lines"),
    [
        # An open quotation mark that reaches the end of the file, another one, or a lone one.
        ('name,email\n"Gus,gus@a.example\nDee,dee@a.example\nFay,fay@a.example\n', [DEE, FAY], [2]),
        ('email,name\ngus@a.example,"Gus\ndee@a.example,Dee\nfay@a.example,"Fay"\n', [DEE, FAY], [2]),
        ('email,name\ngus@a.example,"Gus\ndee@a.example,Dee\nhal@a.example,Hal"\n', [DEE], [2, 4]),
        ('email,name\r\ngus@a.example,"Gus\r\ndee@a.example,Dee', [DEE], [2]),
        (
            'email;note;name\ngus@a.example;"see;Gus\ndee@a.example;;Dee\nhal@a.example;x";Hal\n',
            [DEE],
            [2, 4],
        ),
        # Quotation marks where none may be.
        ('email,name\ndee@a.example,Dee\ngus@a.example,"Gus" Lim\n', [DEE], [3]),
        ('email,name\ndee@a.example,Dee\ngus@a.example,5" Gus\n', [DEE], [3]),
        ('email,name\ndee@a.example, "Dee"\n', [DEE], []),
        # More cells than columns: part of a name would be lost.
        ("email,name\ngus@a.example,Lim, Gus\ndee@a.example,Dee,,\n", [DEE], [2]),
        # Line breaks that belong where they are.
        (
            'email,name,note\ngus@a.example,"Gus\nLim","write to\nboss@a.example, please"\n',
            [("gus@a.example", "Gus Lim")],
            [],
        ),
    ],
)
def test_each_row_is_read_or_named(tmp_path: Path, content: str, people: People, lines: list[int]) -> None:
    assert read(tmp_path, content) == (people, lines)


def test_an_open_quotation_mark_in_a_large_file_costs_one_row(tmp_path: Path) -> None:
    rows = [f"reader{number}@a.example,Reader\n" for number in range(3_000)]
    rows[7] = 'gus@a.example,"Gus\n'
    people, lines = read(tmp_path, "email,name\n" + "".join(rows))
    assert (len(people), lines) == (2_999, [9])


def test_a_line_without_an_end_is_named(tmp_path: Path) -> None:
    people, lines = read(tmp_path, "email,name\ngus@a.example," + "x" * 300_000 + "\ndee@a.example,Dee\n")
    assert (people, lines) == ([DEE], [2])


@given(st.lists(st.sampled_from(["plain", "open", "lone", "quoted"]), min_size=1, max_size=12))
def test_wherever_quotation_marks_are_missing_nobody_vanishes(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str]
) -> None:
    shapes = {"plain": "{0},Name", "open": '{0},"Name', "lone": '{0},Name"', "quoted": '{0},"Name"'}
    lines = [shapes[kind].format(f"reader{number}@a.example") for number, kind in enumerate(kinds)]
    folder = tmp_path_factory.mktemp("quotes")
    people, problems = read(folder, "email,name\n" + "\n".join(lines) + "\n")
    fine = [number for number, kind in enumerate(kinds) if kind in {"plain", "quoted"}]
    assert people == [(f"reader{number}@a.example", "Name") for number in fine]
    assert problems == [number + 2 for number in range(len(kinds)) if number not in fine]


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\nemail;name\r\ndee@a.example;Dee\r\n",
        '\ufeff"sep=|"\nname|email\nDee|dee@a.example\n',
        "SEP=\t\n\nemail\tname\ndee@a.example\tDee\n",
        "\r\n \r\n;;\r\nemail;name\r\ndee@a.example;Dee\r\n",
        '"Name, also known as";Email\nDee;dee@a.example\n',
        'email,"name; or what you like to be called; if any"\ndee@a.example,Dee\n',
        "E-Mail-Adresse;Vorname;Nachname\ndee@a.example;Dee;\n",
        "Indirizzo e-mail,Nome,Cognome\ndee@a.example,Dee,\n",
        "Adresse courriel;Prénom;Nom\ndee@a.example;Dee;\n",
        "Correo electrónico,Nombre,Apellidos\ndee@a.example,Dee,\n",
        "DIRECCIÓN DE CORREO ELECTRÓNICO,NOMBRE\ndee@a.example,Dee\n",
        "البريد الإلكتروني,الاسم\ndee@a.example,Dee\n",
        "email\nDee <dee@a.example>\n",
        'contact,email\nx,"""Dee"" <dee@a.example>"\n',
    ],
)
def test_headers_of_many_kinds(tmp_path: Path, content: str) -> None:
    people, problems = read(tmp_path, content)
    assert problems == []
    titles_name = "name; or" not in content and "also known" not in content
    assert people == [DEE if titles_name else ("dee@a.example", "")]


def test_first_and_last_name_in_german(tmp_path: Path) -> None:
    people, _ = read(tmp_path, "Vorname;Name;E-Mail\nDee;Lim;dee@a.example\n")
    assert people == [("dee@a.example", "Dee Lim")]


def test_mailboxes_are_pasted_as_mail_programs_copy_them(tmp_path: Path) -> None:
    text = '"Lim, Dee" <dee@a.example>,\nFay <fay@a.example>;\nLim, Gus <gus@a.example>\nhal@a.example\n'
    people, problems = read(tmp_path, text, bare=True)
    assert problems == []
    assert people == [
        ("dee@a.example", "Lim, Dee"),
        FAY,
        ("gus@a.example", "Lim, Gus"),
        ("hal@a.example", ""),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Kunde;Anschrift\nDee;Galway\n", "It names “Kunde”, “Anschrift”."),
        ('email,"name\ndee@a.example,Dee\n', "a quotation mark in it is never closed"),
        ("\n\n", "is empty"),
    ],
)
def test_a_header_that_will_not_do_is_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(content)
    with pytest.raises(Refused, match=told):
        list(read_source(Source(path, str(path))))


def test_columns_that_mean_nothing_are_named(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("email,name,Lieblingsfarbe,Status\ndee@a.example,Dee,rot,aktiv\n")
    columns = read_columns(Source(path, "file.csv"))
    assert columns.facts() == {
        "email": "email",
        "name": ["name"],
        "consent": ["Status"],
        "ignored": ["Lieblingsfarbe"],
    }
