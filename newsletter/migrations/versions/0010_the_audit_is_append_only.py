"""audit_entry: rows can be added and, where an erasure demands it, lose their details; nothing else"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# What an erasure leaves of an entry's details. Who did what to whom, and when, stays.
ERASED = '{"erased": true}'
KEPT = ("id", "at", "actor", "action", "subject_kind", "subject_id")
SENTENCE = "audit_entry is append-only"


def upgrade() -> None:
    """Refuse every other change in the database itself, whoever asks."""
    statements = _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite()
    for statement in statements:
        op.execute(statement)


def _postgresql() -> list[str]:
    same = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in KEPT)
    guard = "EXECUTE FUNCTION guard_audit_entry()"
    return [
        f"""
        CREATE FUNCTION guard_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF {same} AND NEW.ip IN (OLD.ip, '')
                   AND NEW.detail::text IN (OLD.detail::text, '{ERASED}') THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION '{SENTENCE}';
        END $$
        """,
        f"CREATE TRIGGER audit_entry_rows BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW {guard}",
        f"CREATE TRIGGER audit_entry_table BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT {guard}",
    ]


def _sqlite() -> list[str]:
    same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in KEPT)
    blanked = f"{same} AND NEW.ip IN (OLD.ip, '') AND NEW.detail IN (OLD.detail, '{ERASED}')"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    there = "EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)"
    return [
        f"CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry WHEN NOT ({blanked}) {refuse}",
        f"CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry {refuse}",
        # INSERT OR REPLACE deletes without a trigger for DELETE (sqlite.org/lang_conflict.html).
        f"CREATE TRIGGER audit_entry_replace BEFORE INSERT ON audit_entry WHEN {there} {refuse}",
    ]
