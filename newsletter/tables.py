"""The tables that every process knows, imported in one place, so that each mapping finds the others.

Those of the accounts are not among them: nothing refers to them, and Flask-Security, which shapes them, takes
as long to import as all the rest. The admin, `newsletter user` and the migrations import them by themselves.
"""

from newsletter.approval import models as approval
from newsletter.archive_search import models as archive_search
from newsletter.audit import models as audit
from newsletter.cadence import models as cadence
from newsletter.comments import models as comments
from newsletter.core.db import Base
from newsletter.corrections import models as corrections
from newsletter.curation import models as curation
from newsletter.curation.link_checks import models as link_checks
from newsletter.deferred import models as deferred
from newsletter.feedback import models as feedback
from newsletter.incoming import models as incoming
from newsletter.issues import models as issues
from newsletter.issues.snippets import models as snippets
from newsletter.mailings import models as mailings
from newsletter.media import models as media
from newsletter.outbox import models as outbox
from newsletter.preflight import models as preflight
from newsletter.preflight.sender_checks import models as sender_checks
from newsletter.preflight.spam_checks import models as spam_checks
from newsletter.publications import models as publications
from newsletter.redirects import models as redirects
from newsletter.reports import models as reports
from newsletter.segments import models as segments
from newsletter.stories import models as stories
from newsletter.subscribers import models as subscribers
from newsletter.subscribers.attributes import models as attributes
from newsletter.subscribers.bulk import models as bulk
from newsletter.subscribers.exports import models as exports
from newsletter.subscribers.imports import models as imports
from newsletter.subscribers.tags import models as tags
from newsletter.subscribers.topics import models as topics
from newsletter.tracking import models as tracking
from newsletter.transports import models as transports

__all__ = [
    "Base",
    "approval",
    "archive_search",
    "attributes",
    "audit",
    "bulk",
    "cadence",
    "comments",
    "corrections",
    "curation",
    "deferred",
    "exports",
    "feedback",
    "imports",
    "incoming",
    "issues",
    "link_checks",
    "mailings",
    "media",
    "outbox",
    "preflight",
    "publications",
    "redirects",
    "reports",
    "segments",
    "sender_checks",
    "snippets",
    "spam_checks",
    "stories",
    "subscribers",
    "tags",
    "topics",
    "tracking",
    "transports",
]
