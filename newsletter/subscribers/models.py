"""Subscriber, subscription, consent and suppression: the tables and the subscription's lifecycle."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.core import clock
from newsletter.core.columns import BigId, SearchedJson, Word
from newsletter.core.db import Base
from newsletter.publications.models import Publication


class State(StrEnum):
    """Where a subscription is in its life."""

    PENDING = "pending"  # asked for, not confirmed
    ACTIVE = "active"
    PAUSED = "paused"  # until `paused_until`, when it is active again by itself
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a subscription ended."""

    UNSUBSCRIBED = "unsubscribed"
    ENDED_BY_EDITOR = "ended_by_editor"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ERASED = "erased"
    EXPIRED = "expired"  # nobody confirmed it


TRANSITIONS: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.ACTIVE, State.ENDED}),
    State.ACTIVE: frozenset({State.PAUSED, State.ENDED}),
    State.PAUSED: frozenset({State.ACTIVE, State.ENDED}),
    State.ENDED: frozenset({State.PENDING, State.ACTIVE}),
}


class SuppressionReason(StrEnum):
    """Why an address is never written to."""

    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCE = "soft_bounce"  # several in a row, over a week or more
    COMPLAINT = "complaint"
    MANUAL = "manual"
    ERASED = "erased"


class ConsentKind(StrEnum):
    """What a consent record testifies."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    VOUCHED = "vouched"  # an editor says that the person asked, and how
    WITHDRAWN = "withdrawn"
    RENEWED = "renewed"  # Undo after an unsubscribe
    TRACKING_ALLOWED = "tracking_allowed"  # what they click and open may be kept with their name
    TRACKING_REFUSED = "tracking_refused"
    ADDRESS_CHANGED = "address_changed"  # everything goes to another address, which its owner confirmed


class ConsentSource(StrEnum):
    """Where a consent was given or withdrawn."""

    FORM = "form"
    EMBED = "embedded form"  # the small sign-up form on another site
    SITE = "site"  # another site's own form, whose program posts what was filled in
    CONFIRMATION = "confirmation"  # the link in the message that asks
    IMPORT = "import"
    EDITOR = "editor"
    ONE_CLICK = "one-click"  # the mail program's own button (RFC 8058)
    MAIL = "mail"  # to the address in List-Unsubscribe
    PAGE = "page"  # the unsubscribe page
    PREFERENCES = "preferences"
    UNDO = "undo"


class Subscriber(Base):
    """One email address and its attributes. Erased people are blanked: the row stays, the person does not."""

    __tablename__ = "subscriber"
    __table_args__ = (
        # Searching: what begins an address is a range of it, and names are read from it without the rows.
        Index(
            "ix_subscriber_email_key_name",
            "email_key",
            "name",
            postgresql_ops={"email_key": "varchar_pattern_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    # Equals suppression.address_hash: the reservation joins on it.
    address_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    attributes: Mapped[dict[str, Any]] = mapped_column(SearchedJson, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    erased_at: Mapped[datetime | None]

    subscriptions: Mapped[list["Subscription"]] = relationship(back_populates="subscriber")


class AddressChange(Base):
    """A new address that somebody asked for, and once it is confirmed, the one that they had until then.

    Of those that nobody has confirmed a person has one at most; it is deleted when it is too old.
    """

    __tablename__ = "address_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    changed_at: Mapped[datetime | None]
    former_email: Mapped[str] = mapped_column(String(254), default="")
    # By which imports know it again (`Address.hash`).
    former_hash: Mapped[str] = mapped_column(String(64), default="", index=True)


class Subscription(Base):
    """Subscriber × publication."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "publication_id"),
        # The freeze walks one publication in the order of subscribers.
        Index("ix_subscription_publication_id_subscriber_id", "publication_id", "subscriber_id"),
        # The list walks one publication newest first, in all states or in one; the latter counts them.
        Index("ix_subscription_publication_id_id", "publication_id", "id"),
        Index("ix_subscription_publication_id_state_id", "publication_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id"))
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    state: Mapped[State] = mapped_column(Word(State), default=State.PENDING)
    ended_reason: Mapped[EndReason | None] = mapped_column(Word(EndReason))
    comment: Mapped[str] = mapped_column(Text, default="")  # what a leaving reader chose to say
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    # An editor paused it, who may also end that; a pause that a reader chose is theirs.
    paused_by_editor: Mapped[bool] = mapped_column(default=False, server_default=false())
    reminded_at: Mapped[datetime | None]  # that they have not confirmed yet
    ended_at: Mapped[datetime | None]
    # Whether they want one summary a month instead of each issue, where the publication makes it.
    monthly: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Since when the person agrees that we keep what they click and open; None: they do not.
    tracking_consent_at: Mapped[datetime | None]
    # What was chosen at sign-up (`sign_up_choices`), until whoever owns the address confirms.
    sign_up_choices: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    subscriber: Mapped[Subscriber] = relationship(back_populates="subscriptions")
    publication: Mapped[Publication] = relationship()


class ConsentRecord(Base):
    """Who agreed to what, in which words, when and from where; never changed afterwards.

    Like the ledger it has no foreign keys: who writes a record has the subscription locked, or has added it.
    """

    __tablename__ = "consent_record"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscription_id: Mapped[int] = mapped_column(BigId, index=True)
    kind: Mapped[ConsentKind] = mapped_column(Word(ConsentKind))
    source: Mapped[ConsentSource] = mapped_column(Word(ConsentSource, length=64))
    # Who wrote it down; empty when the person did it.
    actor: Mapped[str] = mapped_column(String(254), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    text_version: Mapped[str] = mapped_column(String(16), default="")
    locale: Mapped[str] = mapped_column(String(16), default="")
    ip: Mapped[str] = mapped_column(String(45), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    import_id: Mapped[int | None] = mapped_column(BigId)  # the import that added it
    # What led to it (`origin.Origin`), as far as it is known.
    origin: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class IssueSignUp(Base):
    """The issue in the archive from whose page somebody came to the sign-up form."""

    __tablename__ = "issue_sign_up"

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True
    )
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Suppression(Base):
    """A global do-not-send for an address; survives erasure as a hash and wins over every import."""

    __tablename__ = "suppression"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[SuppressionReason] = mapped_column(Word(SuppressionReason))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    import_id: Mapped[int | None] = mapped_column(BigId)  # the import that is the only ground for it
