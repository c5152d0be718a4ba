"""Every table, imported in one place, so that migrations and workers know the whole schema."""

from newsletter.accounts import models as accounts
from newsletter.audit import models as audit
from newsletter.core.db import Base
from newsletter.issues import models as issues
from newsletter.mailings import models as mailings
from newsletter.media import models as media
from newsletter.outbox import models as outbox
from newsletter.publications import models as publications
from newsletter.subscribers import models as subscribers

__all__ = ["Base", "accounts", "audit", "issues", "mailings", "media", "outbox", "publications", "subscribers"]
