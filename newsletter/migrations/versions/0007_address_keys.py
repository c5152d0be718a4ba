"""addresses are compared in lower case, no longer case-folded: ß is not ss, ς is not σ"""

import hashlib
import logging
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

log = logging.getLogger("alembic.runtime.migration")

SUPPRESSION = sa.table(
    "suppression",
    *(sa.column(name) for name in ("id", "address_hash", "reason", "note", "at")),
)


def upgrade() -> None:
    """Give each address the key that `core.addresses.address_key` makes; ASCII keys stay as they were."""
    _subscribers()
    _users()
    _messages()


def _subscribers() -> None:
    table = _table("subscriber", "email", "email_key", "address_hash")
    for id_, email, old_key, old_hash in _beyond_ascii(table, table.c.email):
        key = _key(email)
        if key == old_key:
            continue
        hashed = _hash(key)
        _suppress_alike(old_hash, hashed)
        if _is_taken(table, key, id_):  # two rows for one mailbox
            _suppress_alike(hashed, old_hash)
            continue
        op.execute(table.update().where(table.c.id == id_).values(email_key=key, address_hash=hashed))


def _users() -> None:
    table = _table("user_account", "email", "email_key")
    for id_, email, old_key in _beyond_ascii(table, table.c.email):
        key = _key(email)
        if key != old_key and not _is_taken(table, key, id_):
            op.execute(table.update().where(table.c.id == id_).values(email_key=key))


def _messages() -> None:
    """The hash counts an address' messages, and lets an erasure find them."""
    table = _table("system_message", "recipient", "address_hash")
    for id_, recipient, _ in _beyond_ascii(table, table.c.recipient):
        hashed = _hash(_key(recipient))
        op.execute(table.update().where(table.c.id == id_).values(address_hash=hashed))


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, sa.column("id"), *(sa.column(column) for column in columns))


def _beyond_ascii(table: sa.TableClause, column: sa.ColumnClause[str]) -> list[Any]:
    """The few rows whose address is not plain ASCII."""
    octets = (
        sa.func.octet_length(column)
        if op.get_bind().dialect.name == "postgresql"
        else sa.func.length(sa.func.hex(column)) / 2
    )
    query = sa.select(*table.c).where(octets != sa.func.length(column)).order_by(table.c.id)
    return list(op.get_bind().execute(query))


def _is_taken(table: sa.TableClause, key: str, id_: int) -> bool:
    """Whether somebody else has the key: then both keep what they have, and are named."""
    other = op.get_bind().scalar(sa.select(table.c.id).where(table.c.email_key == key, table.c.id != id_))
    if other is not None or len(key) > 254:
        log.warning("%s %s keeps its former key; %s has the new one", table.name, id_, other or "nobody")
        return True
    return False


def _suppress_alike(known_hash: str, other_hash: str) -> None:
    """Nobody knows which of two addresses was meant by a suppression of the first, so it holds for both."""
    bind = op.get_bind()
    found = bind.execute(sa.select(*SUPPRESSION.c).where(SUPPRESSION.c.address_hash == known_hash)).first()
    there = bind.scalar(sa.select(SUPPRESSION.c.id).where(SUPPRESSION.c.address_hash == other_hash))
    if found is not None and there is None:
        values = {"address_hash": other_hash, "reason": found.reason, "note": found.note, "at": found.at}
        op.execute(SUPPRESSION.insert().values(**values))


def _key(email: str) -> str:
    return "".join(letter.lower() for letter in unicodedata.normalize("NFC", email))


def _hash(key: str) -> str:
    return hashlib.sha256(b"newsletter-suppression:" + key.encode()).hexdigest()
