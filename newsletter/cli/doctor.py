"""`newsletter doctor`: check everything that sending needs."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import click

from newsletter.cli.doctor_checks import CHECKS, Troubles
from newsletter.cli.environment import console, json_option
from newsletter.core.errors import DomainError


@dataclass(frozen=True)
class Outcome:
    """What a check found: `ok` None when it could not be made, because another one failed."""

    ok: bool | None
    messages: list[str]


MARKS = {True: "[green]ok[/]   ", False: "[red]wrong[/]", None: "[dim]-[/]    "}


@click.command(
    "doctor",
    help="Check settings, files, database, broker, workers, relay, signing and system messages;"
    " exit 1 if something is wrong.",
)
@json_option
def command(as_json: bool) -> None:
    outcomes = _outcomes()
    if as_json:
        facts = {name: {"ok": one.ok, "message": "; ".join(one.messages)} for name, one in outcomes.items()}
        click.echo(json.dumps(facts))
    else:
        for name, outcome in outcomes.items():
            for message in outcome.messages:
                line = f"{MARKS[outcome.ok]} {name}: "
                console.print(line, end="", highlight=False)
                console.print(message, highlight=False, markup=False, soft_wrap=True)
    sys.exit(0 if all(outcome.ok for outcome in outcomes.values()) else 1)


def _outcomes() -> dict[str, Outcome]:
    """The outcome of each check, by its name. Whatever depends on a check that failed is not made."""
    outcomes: dict[str, Outcome] = {}
    for name, check in CHECKS.items():
        failed = next((each for each in check.needs if not outcomes[each].ok), None)
        if failed is None:
            outcomes[name] = _outcome(check.run, outcomes)
        else:
            outcomes[name] = Outcome(None, [f"not checked, because of the {failed}"])
    return outcomes


def _outcome(run: Callable[[], str], before: Mapping[str, Outcome]) -> Outcome:
    """What `run` finds, without what a check before it said already."""
    try:
        return Outcome(True, [run()])
    except Troubles as error:
        messages = error.messages
    except DomainError as error:
        messages = [error.message]
    except Exception as error:  # whatever a driver raises is the finding
        messages = [f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no detail'}"]
    told = {message for outcome in before.values() for message in outcome.messages}
    fresh = [message for message in dict.fromkeys(messages) if message not in told]
    return Outcome(False, fresh or ["the same problem as above"])
