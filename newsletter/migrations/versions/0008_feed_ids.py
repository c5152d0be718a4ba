"""publications and issues: the ids of feeds and their entries, which stay what they are"""

from urllib.parse import quote
from uuid import uuid4

import sqlalchemy as sa
from alembic import context, op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is in feeds already keeps the id that it has there, made of PUBLIC_URL as it is now."""
    for name in ("publication", "issue"):
        op.add_column(name, sa.Column("feed_id", sa.String(length=600), nullable=False, server_default=""))
    url = context.config.attributes.get("public_url", "")
    publication = sa.table("publication", sa.column("id"), sa.column("slug"), sa.column("feed_id"))
    issue = sa.table(
        "issue", *(sa.column(name) for name in ("id", "publication_id", "slug", "published_at", "feed_id"))
    )
    archives = {}
    for id_, slug in op.get_bind().execute(sa.select(publication.c.id, publication.c.slug)).all():
        archives[id_] = f"{url}/archive/{quote(slug)}/"
        feed_id = archives[id_] if url else uuid4().urn
        op.execute(publication.update().where(publication.c.id == id_).values(feed_id=feed_id))
    columns = (issue.c.id, issue.c.publication_id, issue.c.slug, issue.c.published_at)
    for id_, publication_id, slug, published_at in op.get_bind().execute(sa.select(*columns)).all():
        known = url and published_at is not None
        entry_id = f"{archives[publication_id]}{quote(slug)}" if known else uuid4().urn
        op.execute(issue.update().where(issue.c.id == id_).values(feed_id=entry_id))
