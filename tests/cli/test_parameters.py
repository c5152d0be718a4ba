"""What holds for the arguments of every command: found by walking all of them."""

from collections.abc import Iterator

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.cli import NOUNS, Commands, cli
from newsletter.cli.parameters import ClearableOption
from newsletter.mailings.models import Mailing
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_readers

HUGE = ["0", "-1", str(2**63), str(10**40), "١٢x", "1e3", ""]
UNUSABLE = ["a\0b", "caf\udce9"]


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    def walk(
        path: tuple[str, ...], command: click.Command
    ) -> Iterator[tuple[tuple[str, ...], click.Command]]:
        if not isinstance(command, click.Group):
            yield path, command
            return
        for name in sorted(command.commands):
            yield from walk((*path, name), command.commands[name])

    assert isinstance(cli, Commands)
    for noun in NOUNS:
        found = cli.get_command(click.Context(cli), noun)
        assert found is not None
        yield from walk((noun,), found)


ALL = list(commands())
IDS = [" ".join(path) for path, _ in ALL]
# These run until they are stopped, or for long.
ENDLESS = {("run",), ("demo",), ("mail", "listen")}


def placeholders(command: click.Command, leave_out: click.Parameter | None = None) -> list[str]:
    """Something for each argument that has to be there; the command is refused before it reads them."""
    given = []
    for parameter in command.params:
        if parameter is leave_out or not parameter.required:
            continue
        given += [parameter.opts[0]] if isinstance(parameter, click.Option) else []
        choices = getattr(parameter.type, "choices", None)
        given.append(choices[0] if choices else "1")
    return given


def texts(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option) and not each.is_flag]


@pytest.mark.parametrize(("path", "command"), ALL, ids=IDS)
@pytest.mark.parametrize("empty", ["", "   "])
def test_an_empty_option_is_not_an_absent_one(
    run: Run, path: tuple[str, ...], command: click.Command, empty: str
) -> None:
    for option in texts(command):
        if isinstance(option, ClearableOption):
            assert (
                "mpty" in (option.help or "") or "limit" in path[0] + option.opts[0] or path[0] == "transport"
            )
            continue
        if option.default == "":
            continue
        ran = run(*path, *placeholders(command, option), option.opts[0], empty)
        assert (ran.code, ran.out) == (2, ""), option.opts
        assert option.opts[0] in ran.err


@pytest.mark.parametrize(("path", "command"), ALL, ids=IDS)
def test_no_argument_ends_in_a_traceback(run: Run, path: tuple[str, ...], command: click.Command) -> None:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.is_flag:
            continue
        is_number = isinstance(parameter.type, click.IntRange)
        option = [parameter.opts[0]] if isinstance(parameter, click.Option) else []
        for value in UNUSABLE + (HUGE if is_number else []):
            if value == "0" and getattr(parameter.type, "min", 1) == 0:
                continue
            given = [*path, *placeholders(command, parameter), *option, value]
            assert run(*given).code == 2, given


def test_every_number_is_bounded() -> None:
    for path, command in ALL:
        for parameter in command.params:
            assert parameter.type is not click.INT, path
            if isinstance(parameter.type, click.IntRange):
                assert parameter.type.max is not None, path


ODD = [
    *("9" * 30, "9" * 5_000, "1e999", "NaN", "-1", "٣", "0x10", "x" * 5_000, "\ufffe", "%s", "[", "{"),
    *(
        "\u202e\r\nBcc: x@y.example",
        "2026-13-45",
        "9999-12-31T23:59",
        "é@x.example",
        "a@" + "ä" * 60 + ".example",
    ),
]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # the stricter one
def test_whatever_is_typed_is_done_or_refused(run: Run, session: Session) -> None:
    """An error of ours is an exception that nobody expects: it ends the test, as it would end the command."""
    publication = make_publication(session, "1")
    make_readers(session, publication, 1)
    make_issue(session, publication)
    session.commit()
    run("transport", "add", "a", "--host", "127.0.0.1", "--port", "1")
    known = [(path, command) for path, command in ALL if path not in ENDLESS and command.params]

    @given(st.sampled_from(known), st.integers(0, 20), st.sampled_from(ODD) | st.text(max_size=20))
    def type_it(chosen: tuple[tuple[str, ...], click.Command], place: int, value: str) -> None:
        path, command = chosen
        options = [each for each in command.params if not getattr(each, "is_flag", False)]
        if not options:
            return
        option = options[place % len(options)]
        name = [option.opts[0]] if isinstance(option, click.Option) else []
        given_ = [*path, *placeholders(command, option), *name, value]
        assert run(*given_).code in {0, 1, 2}, given_

    type_it()


@both_databases
def test_send_with_an_unset_variable_makes_no_mailing(run: Run, session: Session) -> None:
    publication = make_publication(session)
    make_readers(session, publication, 2)
    issue = make_issue(session, publication)
    number = str(issue.id)
    session.commit()
    ran = run("issue", "send", number, "--at", "")
    assert ran.code == 2
    assert "--at" in ran.err
    assert session.scalars(select(Mailing)).all() == []
    session.commit()
    assert run("issue", "send", number).code == 0
