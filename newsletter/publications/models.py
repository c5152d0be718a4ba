"""The publication's table."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import JSON, Double, String, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base


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
    # Whether links mailed to its secret address come into the inbox, and how many addresses it has had.
    email_in: Mapped[bool] = mapped_column(default=True, server_default=true())
    email_in_number: Mapped[int] = mapped_column(default=1, server_default="1")
    # Whether readers may suggest links, on a page of their own.
    suggestions: Mapped[bool] = mapped_column(default=False, server_default=false())
    # A mailing pauses itself when so many per cent of its messages bounce, or are reported as spam.
    bounce_limit: Mapped[float] = mapped_column(Double, default=10.0, server_default="10")
    complaint_limit: Mapped[float] = mapped_column(Double, default=0.3, server_default="0.3")
    logo: Mapped[str] = mapped_column(String(64), default="")  # a media key
    # The id of its Atom feed, for good (RFC 4287 §4.2.6): whatever becomes of its slug and PUBLIC_URL.
    feed_id: Mapped[str] = mapped_column(String(600), default=lambda: uuid4().urn)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
