"""Issues: their list, the editor and what it asks, its inbox, history, preview, review, tests and sending."""

from newsletter.web.admin.issues import (
    change,
    check,
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
)
from newsletter.web.admin.issues.blueprint import blueprint

__all__ = [
    "blueprint",
    "change",
    "check",
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
]
