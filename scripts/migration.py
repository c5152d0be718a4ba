"""Begin a migration: `make migration NAME="subscribers have a phone"`.

It compares the models with a new SQLite database that is at the newest revision, and writes what differs
into `newsletter/migrations/versions/`. Read it afterwards: Alembic does not see everything, and it must also
run on PostgreSQL with millions of rows.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import Script, ScriptDirectory

from newsletter import migrations
from newsletter.core.db import make_engine


def make_migration(name: str) -> Path:
    """Write the next revision, called `name`; its file."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/newsletter.db")
        migrations.upgrade(engine)
        with engine.begin() as connection:
            configuration = migrations.configuration(connection)
            head = ScriptDirectory.from_config(configuration).get_current_head() or "0"
            revision = command.revision(configuration, name, autogenerate=True, rev_id=f"{int(head) + 1:04}")
        engine.dispose()
    assert isinstance(revision, Script)  # noqa: S101 - a list only for several branches, which we do not have
    return Path(revision.path)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('Say what changes: make migration NAME="subscribers have a phone"')
    sys.stdout.write(f"{make_migration(sys.argv[1].strip())}\n")
