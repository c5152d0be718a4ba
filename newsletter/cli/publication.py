"""`newsletter publication`: the newsletters that people subscribe to."""

from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, console, json_option, runtime, session
from newsletter.cli.parameters import ClearableOption
from newsletter.cli.publication_message import message

if TYPE_CHECKING:
    from newsletter.publications.models import Publication

LIMITS = ("bounce_limit", "complaint_limit")


@click.group("publication", help="Create and list publications, show and change their settings.")
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


@command.command("show")
@click.argument("slug")
@json_option
def show(slug: str, as_json: bool) -> None:
    """Show the settings of the publication SLUG."""
    from newsletter.publications.find import find_publication

    with session() as opened:
        facts = _facts(find_publication(opened, slug))
    answer(as_json, facts, "\n".join(f"{name}: {_in_words(value)}" for name, value in facts.items()))


@command.command("set")
@click.argument("slug")
@click.option("--name", help="Its name as readers see it.")
@click.option("--description", cls=ClearableOption, help="A sentence for the sign-up page; empty: none.")
@click.option("--from", "sender", help="The sender: “Name <address>”.")
@click.option("--reply-to", cls=ClearableOption, help="Where replies go; empty: to the sender.")
@click.option("--postal-address", help="The sender's postal address.")
@click.option("--language", help="Such as en, de or pt-BR.")
@click.option("--timezone", help="Such as Europe/Rome.")
@click.option(
    "--approval-required/--no-approval-required", default=None, help="Require approval by a second person."
)
@click.option("--redirect-links/--no-redirect-links", default=None, help="Links go through this server.")
@click.option("--tracking", help="Clicks and opens: off, aggregate or individual.")
@click.option("--utm-parameters/--no-utm-parameters", default=None, help="Add UTM parameters to links.")
@click.option(
    "--untracked-links",
    cls=ClearableOption,
    help="Never tracked: hosts and addresses, one per line; empty: none.",
)
@click.option("--suggestions/--no-suggestions", default=None, help="Readers may suggest links.")
@click.option(
    "--monthly-summary/--no-monthly-summary", default=None, help="Readers may choose a monthly summary."
)
@click.option(
    "--erase-after-months",
    cls=ClearableOption,
    help="Erase people who left so many months ago; empty: never.",
)
@click.option(
    "--cut-ip-after-days",
    cls=ClearableOption,
    help="Shorten IP addresses of consents after so many days; empty: never.",
)
@click.option(
    "--erase-expired-after-days",
    cls=ClearableOption,
    help="Erase sign-ups that were never confirmed, so many days after they ended; empty: 30.",
)
@click.option("--bounce-limit", help="Percent of a mailing that may bounce before it pauses.")
@click.option("--complaint-limit", help="Percent of a mailing that may be reported as spam before it pauses.")
@json_option
def set_settings(slug: str, as_json: bool, **options: str | bool | None) -> None:
    """Change settings of the publication SLUG; the others stay as they are."""
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.feedback.set_limits import set_limits
    from newsletter.publications.edit import change_settings
    from newsletter.publications.find import find_publication

    given = {name: value for name, value in options.items() if value is not None}
    if not given:
        message = "Say what to change, for example --reply-to desk@example.org."
        raise click.UsageError(message)
    limits = {name: str(given.pop(name)) for name in LIMITS if name in given}
    with session() as opened:
        publication = find_publication(opened, slug)
        before = _facts(publication)
        change_settings(opened, publication, given, actor=COMMAND_LINE)
        if limits:
            kept = {name: f"{getattr(publication, name):g}" for name in LIMITS}
            set_limits(opened, publication, **(kept | limits), actor=COMMAND_LINE)
        opened.commit()
        facts = _facts(publication)
    changed = [name for name, value in facts.items() if before[name] != value]
    answer(as_json, facts, f"Changed: {', '.join(changed)}." if changed else "Nothing to change.")


def _facts(publication: "Publication") -> dict[str, Any]:
    from newsletter.publications.edit import SETTINGS

    return {name: getattr(publication, name) for name in (*SETTINGS, *LIMITS)}


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("\n", ", ")


def _print(rows: list[dict[str, object]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("Slug", "Name", "From")
    table.add_column("Active", justify="right")
    for row in rows:
        table.add_row(*(escape(str(row[column])) for column in ("slug", "name", "from", "active")))
    console.print(table)


command.add_command(message)
