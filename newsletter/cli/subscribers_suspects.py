"""`newsletter subscribers suspects`: sign-ups that wait for an editor, without a message."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.label_options import publication_option
from newsletter.cli.parameters import ID

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.deferred.models import DeferredRequest
    from newsletter.publications.models import Publication

addresses_argument = click.argument("addresses", nargs=-1)
all_option = click.option("--all", "everyone", is_flag=True, help="All of them, however many.")
yes_option = click.option("--yes", is_flag=True, help="With --all: do not ask first.")


@click.group("suspects", help="List suspect sign-ups, let them in, drop them.")
def suspects() -> None: ...


@suspects.command("list")
@publication_option
@click.option("--after", type=ID, help="Only sign-ups newer than the one with this number.")
@json_option
def list_(slug: str | None, after: int | None, as_json: bool) -> None:
    """List sign-ups that wait for an editor, oldest first, two hundred at a time.

    No email was sent to these addresses. After 30 days they are forgotten.
    """
    from newsletter.deferred.suspects import count_suspects, list_suspects
    from newsletter.publications.find import find_publication_or_only

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        rows = [_facts(held) for held in list_suspects(opened, publication, after=after or 0)]
        total = count_suspects(opened, publication)
        newer = bool(rows) and bool(list_suspects(opened, publication, after=rows[-1]["id"]))
    lines = [
        f"{row['id']}  {row['at'][:10]}  {row['suspicion']:<14}  {row['email']}  {row['name']}".rstrip()
        for row in rows
    ]
    if newer:
        lines.append(f"There are newer ones: --after {rows[-1]['id']}")
    facts = {"suspects": rows, "total": total, "newer": newer}
    answer(as_json, facts, "\n".join(lines) or "No sign-up waits.")


@suspects.command("let-in")
@addresses_argument
@publication_option
@all_option
@yes_option
@json_option
def let_in(addresses: tuple[str, ...], slug: str | None, everyone: bool, yes: bool, as_json: bool) -> None:
    """Let in the suspect sign-ups with these ADDRESSES: they are asked to confirm, by email."""
    from newsletter.deferred import suspects as waiting

    with session() as opened:
        publication, ids = _chosen(opened, slug, addresses, everyone=everyone)
        if everyone and not yes:
            click.confirm(f"Let in {len(ids):,} sign-ups? Each address gets an email.", abort=True, err=True)
        number = _decide(opened, publication, ids, waiting.let_in)
    answer(as_json, {"let_in": number}, f"{number:,} let in; they are asked to confirm.")


@suspects.command("drop")
@addresses_argument
@publication_option
@all_option
@yes_option
@json_option
def drop(addresses: tuple[str, ...], slug: str | None, everyone: bool, yes: bool, as_json: bool) -> None:
    """Forget the suspect sign-ups with these ADDRESSES. Nobody is told."""
    from newsletter.deferred import suspects as waiting

    with session() as opened:
        publication, ids = _chosen(opened, slug, addresses, everyone=everyone)
        if everyone and not yes:
            click.confirm(f"Drop {len(ids):,} sign-ups? It cannot be undone.", abort=True, err=True)
        number = _decide(opened, publication, ids, waiting.drop)
    answer(as_json, {"dropped": number}, f"{number:,} dropped.")


def _chosen(
    opened: "Session", slug: str | None, addresses: tuple[str, ...], *, everyone: bool
) -> "tuple[Publication, list[int]]":
    """The publication and the ids of the sign-ups that are meant, with no transaction left open."""
    from newsletter.core.addresses import parse_address
    from newsletter.deferred.suspects import find_suspects, list_suspects
    from newsletter.publications.find import find_publication_or_only

    if everyone == bool(addresses):
        raise click.UsageError("Give the addresses, or --all.")
    publication = find_publication_or_only(opened, slug)
    ids: list[int] = []
    if everyone:
        while page := list_suspects(opened, publication, after=ids[-1] if ids else 0):
            ids += [held.id for held in page]
    else:
        ids = find_suspects(opened, publication, [parse_address(address) for address in addresses])
    opened.rollback()
    return publication, ids


def _decide(opened: "Session", publication: "Publication", ids: list[int], how: Callable[..., int]) -> int:
    """Let in or drop, by turns: sign-ups of readers go on meanwhile."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.deferred.suspects import MOST_SHOWN

    number = 0
    for start in range(0, len(ids), MOST_SHOWN):
        number += how(opened, publication, ids[start : start + MOST_SHOWN], actor=COMMAND_LINE)
        opened.commit()
    return number


def _facts(held: "DeferredRequest") -> dict[str, Any]:
    return {
        "id": held.id,
        "email": held.facts["email"],
        "name": held.facts["name"],
        "suspicion": held.suspicion,
        "source": held.facts["source"],
        "ip": held.facts["ip"],
        "at": held.created_at.isoformat(),
    }
