"""Issues: list, calendar, editor and what it asks, history, preview, review, test messages, scheduling."""

from newsletter.web.admin.issues import (
    approval,
    calendar,
    change,
    check,
    comments,
    delete,
    edit,
    history,
    listing,
    new,
    presence,
    preview,
    send,
    upload,
)
from newsletter.web.admin.issues.blueprint import blueprint

__all__ = [
    "approval",
    "blueprint",
    "calendar",
    "change",
    "check",
    "comments",
    "delete",
    "edit",
    "history",
    "listing",
    "new",
    "presence",
    "preview",
    "send",
    "upload",
]
