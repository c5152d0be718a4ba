"""`newsletter cadence`, as a person at a terminal and as a program."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 3, 2, 9, 0, tzinfo=UTC), tick=False):
        yield


@both_databases
def test_set_show_skip_and_stop(session: Session, run: Run) -> None:
    make_publication(session, timezone="Europe/Rome")
    session.commit()
    assert run("cadence", "show").code == 2
    made = run("cadence", "set", "--publication", "weekly", "FR 08:00 Europe/Rome", "--json").json
    assert (made["publication"], made["rule"], made["days_ahead"]) == ("weekly", "FR 08:00 Europe/Rome", 3)
    assert made["next"][0] == {
        "date": "2026-03-06",
        "at": "2026-03-06T08:00:00+01:00",
        "skipped": False,
        "issue": None,
        "scheduled": False,
    }
    assert len(made["next"]) == 10
    skipped = run("cadence", "skip", "2026-03-13", "--publication", "weekly", "--json").json
    assert [due["skipped"] for due in skipped["next"][:3]] == [False, True, False]
    lines = run("cadence", "show").out.splitlines()
    assert lines[0] == "The Weekly: FR 08:00 Europe/Rome"
    assert lines[2] == "  Fri 2026-03-13 08:00 +0100  skipped"
    undone = run("cadence", "skip", "2026-03-13", "--undo", "--json").json
    assert not undone["next"][1]["skipped"]
    assert run("cadence", "stop", "--json").json == {"publication": "weekly", "rule": None}
    assert "has no cadence" in run("cadence", "show").err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("set", "FR"), "“FR” is not a cadence."),
        (("set", "FR 08:00 Nowhere"), "There is no time zone called “Nowhere”"),
        (("set", "FR 08:00", "--days-ahead", "99"), "99 is not in the range 0<=x<=30."),
        (("skip", "2026-03-07"), "2026-03-07 is none of the next dates of The Weekly."),
        (("skip", "soon"), "'soon' does not match the format"),
        (("show", "--publication", "nope"), "There is no publication called “nope”."),
    ],
)
def test_nonsense_is_refused(session: Session, run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    make_publication(session)
    session.commit()
    run("cadence", "set", "FR 08:00")
    refused = run("cadence", *arguments)
    assert refused.code == 2
    assert sentence in " ".join(refused.err.split())


def test_of_several_publications_one_is_named(session: Session, run: Run) -> None:
    make_publication(session)
    make_publication(session, "other")
    session.commit()
    assert "Name the publication" in run("cadence", "set", "FR 08:00").err
