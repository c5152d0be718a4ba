"""`newsletter subscribers find` and `erase`."""

from typing import Any

import click

from newsletter.cli.environment import answer, json_option, runtime, session


@click.command("find")
@click.argument("text")
@json_option
def find(text: str, as_json: bool) -> None:
    """Find the people whose address begins with TEXT, or whose name contains it, in all publications."""
    from newsletter.core.errors import Refused
    from newsletter.core.text import one_line
    from newsletter.subscribers.queries import subscriptions_of
    from newsletter.subscribers.search import find_people

    words = one_line(text)
    if not words:
        raise Refused("no_words", "Enter the beginning of the address, or part of the name.")
    with session() as opened:
        people, more = find_people(opened, words)
        rows: list[dict[str, Any]] = [
            {
                "id": person.id,
                "email": person.email,
                "name": person.name,
                "subscriptions": [
                    {"publication": each.publication.slug, "state": each.state.value}
                    for each in subscriptions_of(opened, person.id)
                ],
            }
            for person in people
        ]
    lines = []
    for row in rows:
        states = ", ".join(f"{each['publication']}: {each['state']}" for each in row["subscriptions"])
        lines.append("  ".join(filter(None, [row["email"], row["name"], states])))
    if more:
        lines.append("There are more: enter a longer text.")
    answer(as_json, {"subscribers": rows, "more": more}, "\n".join(lines) or "Nobody found.")


@click.command("erase")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@json_option
def erase(address: str, yes: bool, as_json: bool) -> None:
    """Erase the person with this ADDRESS for good: everything known about them, in every publication.

    Counts and ledgers stay, and so does a hash of the address, so that no import adds it again.
    """
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.core.addresses import parse_address
    from newsletter.core.db import truncate_log
    from newsletter.subscribers.erase import erase as erase_person
    from newsletter.subscribers.find import find_by_address
    from newsletter.subscribers.personal_files import personal_files

    parsed = parse_address(address)
    given = runtime().settings
    with session() as opened:
        person_id = find_by_address(opened, parsed).id
        opened.rollback()
        if not yes:
            question = f"Erase everything known about {parsed.email}? This cannot be undone."
            click.confirm(question, abort=True, err=True)
        files = personal_files(given.data_dir, given.mailbox_dir, given.unsubscribe_dir)
        erase_person(opened, person_id, actor=COMMAND_LINE, files=files)
        opened.commit()
        truncate_log(opened)
    answer(as_json, {"erased": person_id}, "The person is erased.")
