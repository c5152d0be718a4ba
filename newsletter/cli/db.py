"""`newsletter db`: the database's schema."""

import click

from newsletter import migrations
from newsletter.cli.environment import console, runtime


@click.group("db", help="Set up and upgrade the database.")
def command() -> None: ...


@command.command("upgrade")
def upgrade() -> None:
    """Bring the database to this version's schema; safe to repeat."""
    here = runtime()
    migrations.upgrade(here.engine, here.settings.effective_public_url)
    console.print("The database is up to date.")
