"""Issues: their list, the editor's page and what it asks, preview, review, test messages and scheduling."""

from newsletter.web.admin.issues import (
    change,
    delete,
    edit,
    listing,
    new,
    presence,
    preview,
    review,
    send,
    upload,
)
from newsletter.web.admin.issues.blueprint import blueprint

__all__ = [
    "blueprint",
    "change",
    "delete",
    "edit",
    "listing",
    "new",
    "presence",
    "preview",
    "review",
    "send",
    "upload",
]
