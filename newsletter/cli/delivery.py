"""`newsletter delivery`: what one person got."""

import sys

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID

FORMATS = ("eml", "html", "text")


@click.group("delivery", help="Show exactly what a person received.")
def command() -> None: ...


@command.command("show")
@click.argument("mailing_id", metavar="MAILING", type=ID)
@click.argument("address", metavar="ADDRESS")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", help="The whole message, or a part of it."
)
@json_option
def show(mailing_id: int, address: str, form: str, as_json: bool) -> None:
    """Print the copy of a mailing that one reader got, byte for byte."""
    from newsletter import audit
    from newsletter.sending.copy_sent import find_copy

    given = runtime().settings
    with session() as opened:
        copy = find_copy(
            opened,
            mailing_id,
            address,
            links=runtime().links,
            secrets=given.secrets,
            bounce_domain=given.bounce_domain,
        )
        audit.record(opened, "delivery.shown", "mailing", mailing_id, actor=audit.COMMAND_LINE)
        opened.commit()
    octets = copy.eml if form == "eml" else getattr(copy, form).encode("utf-8", "replace")
    if as_json:
        facts = {
            "mailing": copy.mailing_id,
            "address": copy.address,
            "outcome": copy.outcome.value,
            "dated": copy.dated.isoformat(),
            "exact": copy.exact,
            "format": form,
            "content": octets.decode("utf-8", "replace"),
        }
        answer(True, facts, "")
        return
    if not copy.exact:
        click.echo("It was sent by an earlier version: its Date and signature may differ.", err=True)
    sys.stdout.buffer.write(octets)
    sys.stdout.buffer.flush()
