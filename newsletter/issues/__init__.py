"""Issues: saved as revisions, locked when scheduled, published when sent, compiled into messages."""

from newsletter.issues.compile import compile_issue, origin, sender_domain
from newsletter.issues.load import find_issue, find_revision, load_document
from newsletter.issues.lock import lock_revision
from newsletter.issues.publish import publish_issue
from newsletter.issues.recipient import recipient_values
from newsletter.issues.save import Saved, save_document

__all__ = [
    "Saved",
    "compile_issue",
    "find_issue",
    "find_revision",
    "load_document",
    "lock_revision",
    "origin",
    "publish_issue",
    "recipient_values",
    "save_document",
    "sender_domain",
]
