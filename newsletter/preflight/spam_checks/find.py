"""What SpamAssassin said of a message."""

import hashlib

from sqlalchemy.orm import Session

from newsletter.issues.models import Revision
from newsletter.preflight.spam_checks.models import SpamCheck
from newsletter.preflight.spam_checks.spamd import SpamScore
from newsletter.rendering.message import CompiledMessage


def find_spam_score(
    session: Session, revision: Revision, compiled: CompiledMessage | None
) -> SpamScore | None:
    """The score of this very message; None while it is not known."""
    check = session.get(SpamCheck, revision.id)
    if check is None or compiled is None or check.digest != digest_of(compiled):
        return None
    return SpamScore(check.score, tuple(name for name in check.tests.split(",") if name))


def digest_of(compiled: CompiledMessage) -> str:
    """The SHA-256 of a compiled message."""
    return hashlib.sha256(compiled.to_json().encode("utf-8", "surrogatepass")).hexdigest()
