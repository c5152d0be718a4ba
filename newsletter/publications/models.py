"""The tables of publications: who they are, and the templates that are written for them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import JSON, Double, ForeignKey, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base

NOTE_LENGTH = 200
AUTHOR_LENGTH = 254
EXPIRED_KEPT_FOR = 30  # days, where nobody chose another number


class TrackingMode(StrEnum):
    """What a publication wants to know of clicks and opens."""

    OFF = "off"
    AGGREGATE = "aggregate"  # how many, and of nobody who
    INDIVIDUAL = "individual"  # who, of readers who agreed to it; else how many


class Publication(Base):
    """A newsletter that people subscribe to: its name, who it comes from and how it looks."""

    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    sender_name: Mapped[str] = mapped_column(String(120), default="")
    sender_email: Mapped[str] = mapped_column(String(254), default="")
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    postal_address: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(16), default="en")
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    theme: Mapped[str] = mapped_column(String(32), default="gazette")
    theme_tokens: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    # Whether a mailing waits until somebody else than the last author has approved the text.
    approval_required: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Whether the links of its mailings go through our redirect, so that they can be mended after the send.
    redirect_links: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Whether clicks and opens of its mailings are counted; whether its links say where readers come from
    # (utm_…); and the hosts and addresses whose links are never tracked, each on a line.
    tracking: Mapped[TrackingMode] = mapped_column(
        Word(TrackingMode), default=TrackingMode.OFF, server_default="off"
    )
    utm_parameters: Mapped[bool] = mapped_column(default=False, server_default=false())
    untracked_links: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Whether links mailed to its secret address come into the inbox, and how many addresses it has had.
    email_in: Mapped[bool] = mapped_column(default=True, server_default=true())
    email_in_number: Mapped[int] = mapped_column(default=1, server_default="1")
    # Whether readers may suggest links, on a page of their own.
    suggestions: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Whether readers may have one summary a month instead of each issue, and the first day of the last month
    # that was summed up for them; None before it is offered.
    monthly_summary: Mapped[bool] = mapped_column(default=False, server_default=false())
    summarised_month: Mapped[date | None]
    # After how many months whoever left is erased, and after how many days only the network is left of the IP
    # addresses in records of consent; None: never.
    erase_after_months: Mapped[int | None]
    cut_ip_after_days: Mapped[int | None]
    # Of sign-ups that ended because nobody confirmed them: how long they are kept.
    erase_expired_after_days: Mapped[int] = mapped_column(default=EXPIRED_KEPT_FOR, server_default="30")
    # Whether the sign-up form asks for the language, and the sites whose scripts may sign readers up, each
    # on a line.
    language_at_sign_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    sign_up_sites: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Whether the DNS is asked if the domain of a new address takes mail.
    check_mail_domain: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Since when far more people than usual sign up (`deferred.attack`); None: they do not.
    under_attack_since: Mapped[datetime | None]
    # A mailing pauses itself when so many per cent of its messages bounce, or are reported as spam.
    bounce_limit: Mapped[float] = mapped_column(Double, default=10.0, server_default="10")
    complaint_limit: Mapped[float] = mapped_column(Double, default=0.3, server_default="0.3")
    # The version of its own template that its emails have; None for the theme's.
    template: Mapped[int | None]
    logo: Mapped[str] = mapped_column(String(64), default="")  # a media key
    # The id of its Atom feed, for good (RFC 4287 §4.2.6): whatever becomes of its slug and PUBLIC_URL.
    feed_id: Mapped[str] = mapped_column(String(600), default=lambda: uuid4().urn)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class TemplateVersion(Base):
    """A template of a publication's emails; `Publication.template` is the number of the one in use."""

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("publication_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    number: Mapped[int]
    theme: Mapped[str] = mapped_column(String(32))  # whose tokens, blocks and plain text it has
    text: Mapped[str] = mapped_column(Text)  # Jinja, see `rendering.custom_template`
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH), default="")
    author: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    restored_from: Mapped[int | None]  # the number of the version whose text it repeats
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)


class TemplateDraft(Base):
    """What somebody has tried and not saved yet: one for each person and publication."""

    __tablename__ = "template_draft"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    author: Mapped[str] = mapped_column(String(AUTHOR_LENGTH), primary_key=True)
    theme: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH), default="")
    based_on: Mapped[int]  # the newest version when it was begun; 0 for none
    tried_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
