"""Issues: list, calendar, the editor with what it asks, history, preview, review, tests and sending."""

from newsletter.web.admin.issues import (
    approval,
    calendar,
    change,
    check,
    comments,
    delete,
    edit,
    history,
    inbox,
    listing,
    new,
    presence,
    preview,
    send,
    upload,
    waive,
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
    "inbox",
    "listing",
    "new",
    "presence",
    "preview",
    "send",
    "upload",
    "waive",
]
