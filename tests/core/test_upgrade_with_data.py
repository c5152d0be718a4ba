"""An installation that has sent issues is upgraded with everything it has."""

import json
from pathlib import Path
from uuid import UUID

from alembic import command
from sqlalchemy import Connection, Engine, text

from newsletter import migrations
from newsletter.core.addresses import key_hash
from newsletter.core.db import make_engine
from tests.servers import create_database

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


def test_what_is_in_feeds_keeps_its_id(engine: Engine) -> None:
    fresh = _emptied(engine)
    try:
        with fresh.begin() as connection:
            command.upgrade(migrations.configuration(connection, compares=False), "0001")
            for row in ROWS.split(";"):
                connection.execute(text(row))
            draft = text(
                "INSERT INTO issue (id, publication_id, slug, title, latest_revision, created_at)"
                f" VALUES (2, 1, 'two', 'Two', 1, '{MOMENT}')"
            )
            connection.execute(draft)
            connection.execute(text(f"UPDATE issue SET published_at = '{MOMENT}' WHERE id = 1"))
        migrations.upgrade(fresh, "https://news.example")
        with fresh.begin() as connection:
            archive = "https://news.example/archive/weekly/"
            assert connection.scalar(text("SELECT feed_id FROM publication")) == archive
            published, unpublished = connection.scalars(text("SELECT feed_id FROM issue ORDER BY id")).all()
            assert published == f"{archive}one"
            assert UUID(unpublished).urn == unpublished
    finally:
        fresh.dispose()


PEOPLE = {1: ("jo@maße.example", "jo@masse.example"), 2: ("Éva@x.example", "éva@x.example")}


def test_keys_of_addresses_are_made_anew(engine: Engine) -> None:
    fresh = _emptied(engine)
    try:
        with fresh.begin() as connection:
            command.upgrade(migrations.configuration(connection, compares=False), "0006")
            for id_, (email, key) in PEOPLE.items():
                _insert_subscriber(connection, id_, email, key)
            _insert_suppression(connection, "jo@masse.example", "manual")
        migrations.upgrade(fresh)
        with fresh.begin() as connection:
            rows = connection.execute(text("SELECT email_key, address_hash FROM subscriber ORDER BY id"))
            keys = ["jo@maße.example", "éva@x.example"]
            assert [tuple(row) for row in rows] == [(key, key_hash(key)) for key in keys]
            suppressed = set(connection.scalars(text("SELECT address_hash FROM suppression")))
            assert suppressed == {key_hash("jo@masse.example"), key_hash("jo@maße.example")}
    finally:
        fresh.dispose()


def test_the_audit_loses_its_free_text(engine: Engine) -> None:
    fresh = _emptied(engine)
    before = {
        "subscribers.import_begun": {"import_id": 3, "file": "ana@x.example.csv", "statement": "Of ana"},
        "mailing.paused": {"reason": "It refuses: 550 <ana@x.example> no."},
        "user.created": {"email": "ed@press.example"},
    }
    try:
        with fresh.begin() as connection:
            command.upgrade(migrations.configuration(connection, compares=False), "0008")
            for id_, (action, detail) in enumerate(before.items(), start=1):
                row = (
                    "INSERT INTO audit_entry (id, at, actor, action, subject_kind, detail, ip)"
                    f" VALUES ({id_}, '{MOMENT}', 'ed', :action, 'x', :detail, '')"
                )
                connection.execute(text(row), {"action": action, "detail": json.dumps(detail)})
        migrations.upgrade(fresh)
        with fresh.begin() as connection:
            kept = connection.scalars(text("SELECT CAST(detail AS TEXT) FROM audit_entry ORDER BY id"))
            assert [json.loads(detail) for detail in kept] == [
                {"import_id": 3},
                {"reason": "It refuses: 550 <…@x.example> no."},
                {"email": "ed@press.example"},
            ]
    finally:
        fresh.dispose()


# One mailbox in two rows: é as one character and as two (NFC and NFD). The first is suppressed by its second
# row, the other one by its first.
TWICE = {1: "e\u0301va@x.example", 2: "éva@x.example", 3: "o\u0301la@x.example", 4: "óla@x.example"}
SUPPRESSED = (TWICE[2], TWICE[3])


def test_two_rows_whose_keys_become_equal_keep_theirs_and_are_suppressed_alike(engine: Engine) -> None:
    fresh = _emptied(engine)
    try:
        with fresh.begin() as connection:
            command.upgrade(migrations.configuration(connection, compares=False), "0006")
            for id_, email in TWICE.items():
                _insert_subscriber(connection, id_, email, email)
                _insert_user(connection, id_, email)
            for email in SUPPRESSED:
                _insert_suppression(connection, email)
        migrations.upgrade(fresh)
        with fresh.begin() as connection:
            rows = connection.execute(text("SELECT id, email_key, address_hash FROM subscriber ORDER BY id"))
            assert [tuple(row) for row in rows] == [(n, key, key_hash(key)) for n, key in TWICE.items()]
            users = connection.execute(text("SELECT id, email_key FROM user_account ORDER BY id"))
            assert [tuple(row) for row in users] == list(TWICE.items())
            suppressed = connection.execute(text("SELECT address_hash, reason FROM suppression"))
            assert {tuple(row) for row in suppressed} == {
                (key_hash(key), "complaint") for key in TWICE.values()
            }
    finally:
        fresh.dispose()


def _insert_subscriber(connection: Connection, id_: int, email: str, key: str) -> None:
    connection.execute(
        text(
            "INSERT INTO subscriber (id, email, email_key, address_hash, name, language, attributes,"
            f" created_at) VALUES (:id, :email, :key, :hash, '', '', '{{}}', '{MOMENT}')"
        ),
        {"id": id_, "email": email, "key": key, "hash": key_hash(key)},
    )


def _insert_user(connection: Connection, id_: int, email: str) -> None:
    connection.execute(
        text(
            "INSERT INTO user_account (id, email, email_key, active, fs_uniquifier, create_datetime,"
            " update_datetime)"
            f" VALUES (:id, :email, :email, true, :unique, '{MOMENT}', '{MOMENT}')"
        ),
        {"id": id_, "email": email, "unique": str(id_)},
    )


def _insert_suppression(connection: Connection, key: str, reason: str = "complaint") -> None:
    connection.execute(
        text(
            "INSERT INTO suppression (address_hash, reason, note, at)"
            f" VALUES (:hash, :reason, '', '{MOMENT}')"
        ),
        {"hash": key_hash(key), "reason": reason},
    )


def _emptied(engine: Engine) -> Engine:
    """A database of the same kind without any table."""
    if engine.dialect.name == "sqlite":
        for older in Path(str(engine.url.database)).parent.glob("*-older*"):
            older.unlink()
        return make_engine(f"{engine.url}-older")
    server = engine.url.render_as_string(hide_password=False)
    return make_engine(create_database(server, f"{engine.url.database}_older"))
