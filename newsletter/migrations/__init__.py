"""The schema's history, and the one function that brings a database up to date."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from newsletter.core.errors import OperatorMustAct
from newsletter.core.paths import migrations_dir

# Two releases that start at once wait for each other (PostgreSQL; SQLite has one writer anyway).
LOCK_KEY = 7_240_318


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, with the connection passed in: nothing here reads the environment."""
    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; `OperatorMustAct` when it cannot be reached."""
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            command.upgrade(configuration(connection), "head")
    except OperationalError as error:
        raise unreachable(error) from error


def unreachable(error: OperationalError) -> OperatorMustAct:
    """The sentence for a database that does not answer."""
    first_line = (str(error.orig) or "no answer").strip().splitlines()[0]
    return OperatorMustAct(
        "database_unreachable",
        f"The database cannot be reached: {first_line}. Check DATABASE_URL and that it runs.",
    )


def is_current(connection: Connection) -> bool:
    """Whether the database has the newest schema."""
    script = ScriptDirectory.from_config(configuration(connection))
    return MigrationContext.configure(connection).get_current_revision() == script.get_current_head()
