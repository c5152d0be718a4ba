"""What SpamAssassin makes of our messages by itself, without asking the network (`--local`)."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.extent import usual
from tests.rendering.test_difficult_people import LOOKS, compiled, filled, people

NO_SPAMASSASSIN = "There is no SpamAssassin: install it (Debian: apt install spamassassin)."
# Points for what is the reader's own: an apostrophe in the address, a name of single letters in the subject.
OF_THE_READER = {"APOSTROPHE_TOCC", "GAPPY_SUBJECT"}
# As `--local` means: neither does it learn from a message what it says about the next.
ALONE = ("--local", "--cf=use_bayes 0", "--cf=use_auto_welcomelist 0", "--mbox")
STATUS = re.compile(r"^X-Spam-Status: \w+, score=(-?[\d.]+) .*?tests=(.*?) autolearn", re.M | re.S)
BEST = -1.0


def mailbox(messages: list[bytes]) -> bytes:
    """The messages in mboxrd."""
    unix = (message.replace(b"\r\n", b"\n") for message in messages)
    quoted = (re.sub(rb"^(>*From )", rb">\1", message, flags=re.M) for message in unix)
    return b"".join(b"From x Thu Jan  1 00:00:00 1970\n" + message + b"\n\n" for message in quoted)


def test_no_theme_has_points(tmp_path: Path) -> None:
    program = shutil.which("spamassassin")
    if program is None:
        pytest.skip(NO_SPAMASSASSIN)
    somebody = people()[: usual(1, soak=100)]
    messages = [
        filled(message, seq, name, address)
        for message in (compiled(theme, language) for theme, language in LOOKS)
        for seq, (name, address) in enumerate(somebody, start=1)
    ]
    judged = subprocess.run(
        [program, *ALONE],
        input=mailbox(messages),
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.decode(errors="replace")
    found = [(float(score), set(re.split(r"[,\s]+", rules))) for score, rules in STATUS.findall(judged)]
    assert len(found) == len(messages)
    assert [(score, rules) for score, rules in found if score > BEST and not rules & OF_THE_READER] == []
    assert len({frozenset(rules - OF_THE_READER) for _, rules in found}) == 1
