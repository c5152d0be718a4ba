"""An installation that has sent issues is upgraded with everything it has."""

from alembic import command
from sqlalchemy import Engine, text

from newsletter import migrations
from newsletter.core.db import make_engine

MOMENT = "2026-03-02 08:00:00+00:00"
ROWS = f"""
INSERT INTO publication (id, slug, name, description, sender_name, sender_email, reply_to, postal_address,
    language, timezone, theme, theme_tokens, logo, created_at)
  VALUES (1, 'weekly', 'The Weekly', '', '', '', '', '', 'en', 'UTC', 'gazette', '{{}}', '', '{MOMENT}');
INSERT INTO issue (id, publication_id, slug, title, latest_revision, created_at)
  VALUES (1, 1, 'one', 'One', 1, '{MOMENT}');
INSERT INTO revision (id, issue_id, number, document, name, author, created_at)
  VALUES (1, 1, 1, '{{}}', '', 'ana', '{MOMENT}');
INSERT INTO mailing (id, publication_id, issue_id, revision_id, state, control, held_reason, scheduled_at,
    zone, created_at, frozen_through, candidates, members, next_seq)
  VALUES (1, 1, 1, 1, 'finished', 'go', '', '{MOMENT}', 'UTC', '{MOMENT}', 0, 0, 0, 1)
"""


def test_revisions_that_mailings_refer_to_survive_every_migration(engine: Engine) -> None:
    fresh = _emptied(engine)
    try:
        with fresh.begin() as connection:
            command.upgrade(migrations.configuration(connection), "0001")
            for row in ROWS.split(";"):
                connection.execute(text(row))
        migrations.upgrade(fresh)
        with fresh.begin() as connection:
            kept = connection.execute(text("SELECT number, edits, saved_at = created_at FROM revision")).one()
            assert tuple(kept) == (1, 0, True)
            assert connection.scalar(text("SELECT revision_id FROM mailing")) == 1
    finally:
        fresh.dispose()


def _emptied(engine: Engine) -> Engine:
    """A database of the same kind without any table."""
    if engine.dialect.name == "sqlite":
        return make_engine(f"{engine.url}-older")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS newsletter_older"))
        connection.execute(text("CREATE DATABASE newsletter_older"))
    return make_engine(engine.url.set(database="newsletter_older").render_as_string(hide_password=False))
