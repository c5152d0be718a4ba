"""The columns of the list of subscribers: which there are, and which somebody chose."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask import redirect, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.list_columns import choose_columns, chosen_columns
from newsletter.accounts.permissions import Permission
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.attributes.values import value_text
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.listing import SubscriptionRow
from newsletter.subscribers.tags.models import SubscriberTag, Tag
from newsletter.web.admin.guard import allow, current_user
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.subscribers.filter import list_url, read_filter
from newsletter.web.database import session

ATTRIBUTE = "attribute:"
USUAL = ("state", "since")  # of whoever has not chosen


class Column(NamedTuple):
    """A column that can be chosen: its key, and its title."""

    key: str
    title: str


def columns_of(publication: Publication) -> list[Column]:
    """All that the list of this publication can show beside the address, in their order."""
    attributes = list_labels(session(), Attribute, publication)
    return [
        Column("state", _("State")),
        Column("since", _("Since")),
        Column("signed_up", _("Signed up")),
        Column("confirmed", _("Confirmed")),
        Column("language", _("Language")),
        Column("tags", _("Tags")),
        *(Column(f"{ATTRIBUTE}{each.key}", each.label) for each in attributes),
    ]


def shown_columns(publication: Publication) -> list[Column]:
    """Those that whoever is signed in chose, as far as they are still there."""
    chosen = chosen_columns(current_user(), publication.id)
    keys = USUAL if chosen is None else chosen
    return [column for column in columns_of(publication) if column.key in keys]


def tags_by_subscriber(
    publication: Publication, rows: Iterable[SubscriptionRow], columns: Sequence[Column]
) -> dict[int, list[str]]:
    """The names of the tags of the people in these rows; none are looked up when no column shows them."""
    if "tags" not in {column.key for column in columns}:
        return {}
    tagged = (
        select(SubscriberTag.subscriber_id, Tag.name)
        .join(Tag, Tag.id == SubscriberTag.tag_id)
        .where(
            Tag.publication_id == publication.id,
            SubscriberTag.subscriber_id.in_([row.subscriber_id for row in rows]),
        )
        .order_by(Tag.id)
    )
    names: dict[int, list[str]] = {}
    for subscriber_id, name in session().execute(tagged):
        names.setdefault(subscriber_id, []).append(name)
    return names


def attribute_text(row: SubscriptionRow, column: Column) -> str:
    """What the column of an attribute says of somebody; empty when it is not known."""
    return value_text(row.attributes.get(column.key.removeprefix(ATTRIBUTE)))


@blueprint.post(f"{LIST}/columns")
@allow(Permission.VIEW)
def choose(slug: str) -> AnyResponse:
    """Show these columns from now on, to whoever chose them."""
    publication = find_publication(session(), slug)
    asked = set(request.form.getlist("column"))
    keys = [column.key for column in columns_of(publication) if column.key in asked]
    choose_columns(current_user(), publication.id, keys)
    query = read_filter(request.form, publication).query
    session().commit()
    return redirect(list_url(slug, query), 303)
