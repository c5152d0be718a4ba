"""Where an address may stand in texts of others, such as notes: only it is erased there.

Columns are named here, not imported: some belong to features above. A test holds the list against the schema.
"""

import json

from sqlalchemy import JSON, Column, String, Text, cast, delete, select, update
from sqlalchemy.orm import Session

from newsletter.core.address_text import AddressInText
from newsletter.core.db import Base

FREE_TEXTS: dict[str, tuple[str, ...]] = {
    "subscriber": ("name", "attributes"),
    "address_change": ("email", "former_email"),
    "subscription": ("comment", "sign_up_choices"),
    "consent_record": ("text", "origin"),
    "suppression": ("note",),
    "subscriber_import": ("filename", "statement", "failure"),
    "subscriber_export": ("wanted", "failure"),
    "import_problem": ("problem",),
    "import_change": ("before", "after"),
    "bulk_change": ("chosen_by", "failure"),
    "system_message": ("error",),
    "segment": ("name", "rules"),
    "mailing": ("held_reason", "waiting_for", "frozen_segment"),
    "transport_rest": ("reason",),
    "approval": ("note",),
    "waiver": ("message", "reason"),
    "entry": (
        *("note", "headline", "byline", "outlet", "description", "text", "trouble_detail"),
        *("image_alt", "image_caption", "image_credit"),
    ),
    "link_check": ("headline", "detail"),
    "story_mention": ("headline", "outlet"),
    "correction": ("note",),
    "snippet": ("title", "text", "url", "link_label"),
    "message_text": ("subject", "text"),
    "feedback_event": ("diagnostic",),
    "comment": ("author", "text", "quote", "item_headline"),
}
# Who somebody is, with their name: emptied where it is them.
ABOUT_ONE = {"entry": "sender"}
# What one person did: it is deleted with them.
OF_ONE = {
    "tracking_event": "subscriber_id",
    "import_change": "subscriber_id",
    "bulk_person": "subscriber_id",
    "address_change": "subscriber_id",
}
# What somebody asked for about an address, until a worker decides it: it is dropped.
ASKED = {"deferred_request": "facts"}


def erase_in_texts(session: Session, address: AddressInText) -> None:
    """Replace the address wherever it stands in the columns of `FREE_TEXTS`; what is around it stays.

    Those of `ABOUT_ONE` are emptied.
    """
    for table, names in FREE_TEXTS.items():
        for name in names:
            _erase_in_column(session, Base.metadata.tables[table].c[name], address)
    for table, name in ABOUT_ONE.items():
        _empty(session, Base.metadata.tables[table].c[name], address)
    for table, name in ASKED.items():
        _delete_rows(session, Base.metadata.tables[table].c[name], address)


def delete_of_person(session: Session, subscriber_id: int) -> None:
    """Delete what `OF_ONE` names of the person."""
    for table, name in OF_ONE.items():
        column = Base.metadata.tables[table].c[name]
        session.execute(delete(column.table).where(column == subscriber_id))


def _delete_rows(session: Session, column: Column[str], address: AddressInText) -> None:
    text = cast(column, Text)
    found = session.scalars(select(text).where(text.ilike(address.like, escape="/")).distinct()).all()
    for facts in found:
        if address.erase_in(json.loads(facts)) != json.loads(facts):
            session.execute(delete(column.table).where(text == facts))


def _empty(session: Session, column: Column[str], address: AddressInText) -> None:
    found = session.scalars(select(column).where(column.ilike(address.like, escape="/")).distinct()).all()
    for text in found:
        if address.is_in(text):
            session.execute(update(column.table).where(column == text).values({column: ""}))


def _erase_in_column(session: Session, column: Column[str], address: AddressInText) -> None:
    text = cast(column, Text) if isinstance(column.type, JSON) else column
    # Many rows may say the same: the statement of an import is kept with each of its people.
    found = session.scalars(select(text).where(text.ilike(address.like, escape="/")).distinct()).all()
    for before in found:
        if isinstance(column.type, JSON):
            value, after = json.loads(before), address.erase_in(json.loads(before))
        else:
            value, after = before, _fitting(column, address.erase(before))
        if value != after:
            session.execute(update(column.table).where(text == before).values({column: after}))


def _fitting(column: Column[str], text: str) -> str:
    length = column.type.length if isinstance(column.type, String) else None
    return text[:length]
