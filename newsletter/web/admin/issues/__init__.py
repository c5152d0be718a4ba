"""Issues: their list, the editor and what it asks, history, preview, review, test messages and scheduling."""

from newsletter.web.admin.issues import (
    approval,
    change,
    check,
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
    "change",
    "check",
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
