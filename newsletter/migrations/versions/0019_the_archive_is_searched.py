"""archive_text with its full-text index, which learns what was published so far; issue_tag; issue_sign_up"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# https://www.sqlite.org/fts5.html#external_content_tables. The ascii tokenizer takes every character beyond
# ASCII for a part of a word: words are parted by blanks alone, as `archive_search.words` wrote them.
SQLITE = (
    """
    CREATE VIRTUAL TABLE archive_text_index
    USING fts5(words, content='archive_text', content_rowid='issue_id', tokenize='ascii')
    """,
    """
    CREATE TRIGGER archive_text_added AFTER INSERT ON archive_text BEGIN
        INSERT INTO archive_text_index (rowid, words) VALUES (NEW.issue_id, NEW.words);
    END
    """,
    """
    CREATE TRIGGER archive_text_removed AFTER DELETE ON archive_text BEGIN
        INSERT INTO archive_text_index (archive_text_index, rowid, words)
        VALUES ('delete', OLD.issue_id, OLD.words);
    END
    """,
    """
    CREATE TRIGGER archive_text_changed AFTER UPDATE ON archive_text BEGIN
        INSERT INTO archive_text_index (archive_text_index, rowid, words)
        VALUES ('delete', OLD.issue_id, OLD.words);
        INSERT INTO archive_text_index (rowid, words) VALUES (NEW.issue_id, NEW.words);
    END
    """,
)
POSTGRESQL = (
    """
    ALTER TABLE archive_text ADD COLUMN word_set tsvector NOT NULL
    GENERATED ALWAYS AS (array_to_tsvector(string_to_array(btrim(words), ' '))) STORED
    """,
    "CREATE INDEX ix_archive_text_word_set ON archive_text USING gin (word_set)",
)


def upgrade() -> None:
    op.create_table(
        "archive_text",
        sa.Column("issue_id", ID, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        _of_issue("archive_text"),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_archive_text")),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.create_table(
        "issue_tag",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        _of_issue("issue_tag"),
        sa.PrimaryKeyConstraint("issue_id", "tag", name=op.f("pk_issue_tag")),
    )
    op.create_index(op.f("ix_issue_tag_tag"), "issue_tag", ["tag"])
    op.create_table(
        "issue_sign_up",
        sa.Column("subscription_id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _of_issue("issue_sign_up"),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_issue_sign_up_subscription_id_subscription"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscription_id", "issue_id", name=op.f("pk_issue_sign_up")),
    )
    op.create_index(op.f("ix_issue_sign_up_issue_id"), "issue_sign_up", ["issue_id"])
    _record_texts()


def _of_issue(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_issue_id_issue")
    return sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=name, ondelete="CASCADE")


def _record_texts() -> None:
    """Write down what is searchable of the issues that were published before."""
    issue = sa.table("issue", *map(sa.column, ("id", "publication_id", "published_revision")))
    revised = sa.table("revision", *map(sa.column, ("issue_id", "number", "document")))
    publication = sa.table("publication", *map(sa.column, ("id", "language")))
    shown = (revised.c.issue_id == issue.c.id) & (revised.c.number == issue.c.published_revision)
    rows = op.get_bind().execute(
        sa.select(issue.c.id, revised.c.number, revised.c.document, publication.c.language)
        .join(revised, shown)
        .join(publication, publication.c.id == issue.c.publication_id)
    )
    for row in rows.all():
        _record(row.id, row.number, row.document, row.language)


def _record(issue_id: int, number: int, stored: str, publication_language: str) -> None:
    # Words have to be those that the code of today looks for, whatever they were when this was written.
    from newsletter.archive_search.words import searchable
    from newsletter.document import loads
    from newsletter.issues.archive_text import shown_text

    shown = shown_text(loads(stored, stored=True), publication_language)
    lines = [" ".join(text.split()) for text in shown.texts]
    columns = ("issue_id", "revision", "language", "title", "text", "words")
    values = (
        issue_id,
        number,
        shown.language,
        shown.title,
        "\n".join(filter(None, lines)),
        searchable([shown.title, *lines]),
    )
    archive_text = sa.table("archive_text", *map(sa.column, columns))
    op.execute(archive_text.insert().values(dict(zip(columns, values, strict=True))))
