"""`newsletter publication`: the newsletters that people subscribe to."""

import click

from newsletter.cli.environment import answer, console, json_option, runtime, session


@click.group("publication", help="Create and list publications.")
def command() -> None: ...


@command.command("create")
@click.option("--slug", required=True, help="Used in web addresses: lower-case letters, digits, hyphens.")
@click.option("--name", required=True, help="Its name as readers see it.")
@click.option("--from", "sender", required=True, help="The sender: “Name <address>”.")
@click.option("--postal-address", required=True, help="The sender's postal address.")
@click.option("--reply-to", default="", help="Where replies go, if not to the sender.")
@click.option("--language", default="en", show_default=True, help="Such as en, de or pt-BR.")
@click.option("--timezone", default="UTC", show_default=True, help="Such as Europe/Rome.")
@click.option("--description", default="", help="A sentence for the sign-up page.")
@json_option
def create(as_json: bool, **facts: str) -> None:
    """Create a publication."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.publications.create import create_publication

    with session() as opened:
        publication = create_publication(opened, **facts, actor=COMMAND_LINE)
        opened.commit()
        sign_up = runtime().links.subscribe(publication.slug)
        told = {"id": publication.id, "slug": publication.slug, "subscribe_url": sign_up}
        answer(as_json, told, f"{publication.name} is ready. People subscribe at {sign_up}")


@command.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Show every publication."""
    from newsletter.publications.find import all_publications
    from newsletter.subscribers.find import count_subscriptions

    with session() as opened:
        rows = [
            {
                "slug": publication.slug,
                "name": publication.name,
                "from": f"{publication.sender_name} <{publication.sender_email}>",
                "active": count_subscriptions(opened, publication.id)["active"],
            }
            for publication in all_publications(opened)
        ]
    if as_json:
        answer(True, {"publications": rows}, "")
    elif not rows:
        console.print("No publications yet. Create one with `newsletter publication create`.")
    else:
        _print(rows)


def _print(rows: list[dict[str, object]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("Slug", "Name", "From")
    table.add_column("Active", justify="right")
    for row in rows:
        table.add_row(*(escape(str(row[column])) for column in ("slug", "name", "from", "active")))
    console.print(table)
