"""The id of a machine's start, wherever an operating system keeps it; and without one no tally survives."""

import sys
from pathlib import Path

import pytest

from newsletter.sending.hosts import read_boot_id

SAYS = (sys.executable, "-c", "print('D2C0B0E4-1F6A')")
SAYS_NOTHING = (sys.executable, "-c", "import sys; sys.exit('unknown oid')")


def test_the_file_of_a_linux_says_which_boot_this_is(tmp_path: Path) -> None:
    file = tmp_path / "boot_id"
    file.write_text("6f0c-11\n")
    assert read_boot_id(file, SAYS) == "6f0c-11"


def test_without_the_file_the_command_of_a_mac_says_it(tmp_path: Path) -> None:
    assert read_boot_id(tmp_path / "none", SAYS) == "D2C0B0E4-1F6A"


@pytest.mark.parametrize("command", [SAYS_NOTHING, ("/no/such/sysctl",)], ids=["no answer", "no command"])
def test_where_nothing_says_it_each_process_is_a_boot_of_its_own(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    found = read_boot_id(tmp_path / "none", command)
    assert found
    assert found != read_boot_id(tmp_path / "none", command)
