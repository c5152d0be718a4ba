"""The schema's history, and the one function that brings a database up to date.

Alembic is imported where it migrates: whether there is something to migrate is asked by every command.
"""

import re
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from newsletter.core.errors import OperatorMustAct
from newsletter.core.paths import migrations_dir
from newsletter.core.text import full_stop

# Two releases that start at once wait for each other (PostgreSQL; SQLite has one writer anyway).
LOCK_KEY = 7_240_318
VERSION_TABLE = "alembic_version"

if TYPE_CHECKING:
    from alembic.config import Config


def configuration(connection: Connection, *, compares: bool = True, public_url: str = "") -> "Config":
    """Alembic's configuration, with the connection passed in: nothing here reads the environment.

    `public_url`: where readers reach the archive, which the ids of older feeds were made of.
    `compares`: whether the schema is compared with the models, which are imported for it.
    """
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["compares"] = compares
    config.attributes["public_url"] = public_url
    return config


def upgrade(engine: Engine, public_url: str = "") -> None:
    """Bring the database to the newest schema; `OperatorMustAct` when it cannot be reached."""
    from alembic import command

    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            command.upgrade(configuration(connection, compares=False, public_url=public_url), "head")
    except OperationalError as error:
        raise unreachable(error) from error


def unreachable(error: OperationalError) -> OperatorMustAct:
    """The sentence for a database that does not answer."""
    first_line = (str(error.orig) or "no answer").strip().splitlines()[0]
    return OperatorMustAct(
        "database_unreachable",
        f"The database cannot be reached: {full_stop(first_line)} Check DATABASE_URL and that it runs.",
    )


def is_current(connection: Connection) -> bool:
    """Whether the database has the newest schema."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return False
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()  # noqa: S608
    return list(found) == [newest_revision()]


def newest_revision() -> str:
    """The revision that this version's code works with: the last of the files, which are numbered."""
    numbered = [re.match(r"\d{4}", file.name) for file in (migrations_dir() / "versions").glob("*.py")]
    return max(found[0] for found in numbered if found)
