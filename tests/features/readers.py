"""Five thousand readers, with names as people have them, in a CSV as a spreadsheet writes it."""

import csv
import unicodedata
from pathlib import Path
from typing import NamedTuple

NAMES = (
    "Ana Lim",
    "Jürgen Groß-Łukasiewicz",
    "Zoë 🚢✨ Færøy",
    "👩‍👩‍👧‍👦",
    "ليلى حداد",
    "שרה לוי",
    "Smith, John “Jack”, Jr.",
    'The "quoted", (commented) \\ one',
    "王小明",
    "",
    "<b>Bold</b> & Sons",
    "=1+1",
    "Ćao =?utf-8?q?Bcc?= x@y.example",
    "{{ email }}",
    "Nguyễn Thị Thanh Hương " * 5,
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2,
)
# Of names with a comma the family's comes first.
GIVEN = {"Smith, John “Jack”, Jr.": "John", 'The "quoted", (commented) \\ one': "(commented)"}
DOMAINS = ("readers.example", "Readers-Upper.example", "bücher.example", "a.very.deep.subdomain.example")
LOCAL_PARTS = ("reader{}", "o'neil+{}", "Reader{}", "first.last.{}", "a{}-_!#$%&*=?^`{{|}}~", "R.{}", "{}")


class Reader(NamedTuple):
    """One row. `envelope`: the address as it is in RCPT TO, an IDN domain as A-labels."""

    email: str
    name: str
    envelope: str

    @property
    def first_name(self) -> str:
        return GIVEN.get(self.name) or self.name.split(" ")[0]

    @property
    def greeted(self) -> str:
        """The first name in plain text: between isolates where it runs from right to left (UAX #9)."""
        name = self.first_name
        runs_left = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in name)
        return f"\u2068{name}\u2069" if runs_left else name


def make_readers(number: int) -> list[Reader]:
    """`number` readers, each with an address of their own; every name meets every domain."""
    made = []
    for index in range(number):
        name = NAMES[index % len(NAMES)]
        domain = DOMAINS[index // len(NAMES) % len(DOMAINS)]
        local = ("reader{}", "o'neil+{}", "first.last.{}", "a{}-_!#$%&*=?^`{{|}}~")[index % 7 % 4].format(
            index
        )
        lower = domain.lower().replace("bücher", "xn--bcher-kva")
        made.append(Reader(f"{local}@{domain}", name.strip(), f"{local}@{lower}"))
    return made


def write_csv(path: Path, readers: list[Reader]) -> Path:
    """The file to import: UTF-8 with a byte order mark, CRLF, a column too many."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Name", "Email", "City"])
        rows.writerows((reader.name, reader.email, "Northport") for reader in readers)
    return path
