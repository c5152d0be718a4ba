"""What a publication keeps of its subscribers; the values are in `Subscriber.attributes`, by key."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base


class AttributeType(StrEnum):
    """What the values are; in JSON a string, a number, a string `YYYY-MM-DD`, or true and false."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"  # one of `Attribute.choices`


class Attribute(Base):
    """A typed field. With `by_readers`, readers fill it in themselves, on their preference page."""

    __tablename__ = "attribute"
    __table_args__ = (UniqueConstraint("publication_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    key: Mapped[str] = mapped_column(String(40))  # of its merge field, {{ attributes.KEY }}
    label: Mapped[str] = mapped_column(String(120))
    type: Mapped[AttributeType] = mapped_column(Word(AttributeType))
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    by_readers: Mapped[bool] = mapped_column(default=False)
    # Whether the sign-up form asks for it, too: a long form loses readers.
    at_sign_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
