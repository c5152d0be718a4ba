"""the inbox and the story ledger, which learns what the issues so far have told"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

# The keys have to be those that the code of today looks for, whatever they were when this was written.
from newsletter.stories.record import url_key
from newsletter.stories.title_keys import title_keys

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("publication_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("site_url", sa.String(length=2000), nullable=False),
        sa.Column("folder", sa.String(length=120), nullable=False),
        sa.Column("added_by", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(length=1000), nullable=False),
        sa.Column("last_modified", sa.String(length=100), nullable=False),
        sa.Column("interval_seconds", sa.Integer(), nullable=False),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_item_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_feed_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("publication_id", "url", name=op.f("uq_feed_publication_id_url")),
    )
    op.create_index(op.f("ix_feed_next_poll_at"), "feed", ["next_poll_at"])

    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("publication_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("via", sa.String(length=32), nullable=False),
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("added_by", sa.String(length=254), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("canonical_url", sa.String(length=2000), nullable=False),
        sa.Column("trouble", sa.String(length=32), nullable=False),
        sa.Column("trouble_detail", sa.String(length=300), nullable=False),
        sa.Column("headline", sa.String(length=300), nullable=False),
        sa.Column("byline", sa.String(length=120), nullable=False),
        sa.Column("outlet", sa.String(length=120), nullable=False),
        sa.Column("published", sa.String(length=40), nullable=False),
        sa.Column("updated", sa.String(length=40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("image_url", sa.String(length=2000), nullable=False),
        sa.Column("image_alt", sa.String(length=300), nullable=False),
        sa.Column("image_caption", sa.String(length=300), nullable=False),
        sa.Column("image_credit", sa.String(length=120), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_in_feed", sa.Boolean(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("fetch_attempts", sa.Integer(), nullable=False),
        sa.Column("fetch_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("section_id", sa.String(length=40), nullable=False),
        sa.Column("picture_wanted", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_entry_feed_id_feed")),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_entry_issue_id_issue"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_entry_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index(op.f("ix_entry_issue_id"), "entry", ["issue_id"])
    op.create_index("ix_entry_publication_id_state_id", "entry", ["publication_id", "state", "id"])
    op.create_index("ix_entry_state_fetch_after", "entry", ["state", "fetch_after"])

    op.create_table(
        "entry_tag",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_tag_entry_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", "tag", name=op.f("pk_entry_tag")),
    )
    op.create_index(op.f("ix_entry_tag_tag"), "entry_tag", ["tag"])

    op.create_table(
        "feed_item",
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guid_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_feed_item_entry_id_entry")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_item_feed_id_feed")),
        sa.PrimaryKeyConstraint("feed_id", "guid_hash", name=op.f("pk_feed_item")),
    )
    op.create_index(op.f("ix_feed_item_entry_id"), "feed_item", ["entry_id"])

    op.create_table(
        "story_mention",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("publication_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("url_key", sa.String(length=64), nullable=False),
        sa.Column("headline", sa.String(length=300), nullable=False),
        sa.Column("outlet", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(entry_id IS NULL) <> (issue_id IS NULL)", name=op.f("ck_story_mention_one_place")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_story_mention_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_story_mention_issue_id_issue"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_story_mention_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_mention")),
    )
    op.create_index(op.f("ix_story_mention_entry_id"), "story_mention", ["entry_id"])
    op.create_index(op.f("ix_story_mention_issue_id"), "story_mention", ["issue_id"])
    op.create_index("ix_story_mention_publication_id_url_key", "story_mention", ["publication_id", "url_key"])

    op.create_table(
        "story_title_key",
        sa.Column("publication_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("mention_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"],
            ["story_mention.id"],
            name=op.f("fk_story_title_key_mention_id_story_mention"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("publication_id", "key", "mention_id", name=op.f("pk_story_title_key")),
    )
    op.create_index(op.f("ix_story_title_key_mention_id"), "story_title_key", ["mention_id"])

    _record_stories()


def _record_stories() -> None:
    """Write down the stories of each issue's newest revision."""
    issue = sa.table(
        "issue", *map(sa.column, ("id", "publication_id", "latest_revision", "created_at", "published_at"))
    )
    revision = sa.table("revision", *map(sa.column, ("issue_id", "number", "document")))
    newest = (revision.c.issue_id == issue.c.id) & (revision.c.number == issue.c.latest_revision)
    rows = op.get_bind().execute(
        sa.select(
            issue.c.id,
            issue.c.publication_id,
            revision.c.document,
            sa.func.coalesce(issue.c.published_at, issue.c.created_at).label("at"),
        ).join(revision, newest)
    )
    for row in rows.all():
        for facts in _stories(json.loads(row.document)):
            _record(row, *facts)


def _stories(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for section in document.get("sections", ()):
        told = [section] if section.get("type") == "feature" else section.get("items", ())
        for story in told:
            if isinstance(story, dict) and (story.get("url") or story.get("headline")):
                outlet = story.get("provenance", {}).get("outlet", "")
                yield story.get("url", "")[:2000], story.get("headline", "")[:300], outlet[:120]


def _record(row: Any, url: str, headline: str, outlet: str) -> None:
    mention = sa.table(
        "story_mention",
        sa.column("id", sa.Integer),
        *map(sa.column, ("publication_id", "issue_id", "url", "url_key", "headline", "outlet", "at")),
    )
    key = sa.table("story_title_key", *map(sa.column, ("publication_id", "key", "mention_id")))
    facts = {"url": url, "url_key": url_key(url), "headline": headline, "outlet": outlet, "at": row.at}
    added = mention.insert().values(publication_id=row.publication_id, issue_id=row.id, **facts)
    mention_id = op.get_bind().execute(added.returning(mention.c.id)).scalar_one()
    for value in set(title_keys(headline)):
        op.execute(key.insert().values(publication_id=row.publication_id, key=value, mention_id=mention_id))
