"""Issues: list, calendar, the editor with what it asks, history, preview, review, tests and sending."""

from newsletter.web.admin.issues import (
    approval,
    calendar,
    change,
    check,
    comments,
    correct,
    delete,
    edit,
    history,
    inbox,
    links,
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
    "correct",
    "delete",
    "edit",
    "history",
    "inbox",
    "links",
    "listing",
    "new",
    "presence",
    "preview",
    "send",
    "upload",
]
