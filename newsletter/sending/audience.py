"""The audience that a mailing would have now: how many get it, and who does not, by reason."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.document import Document
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.segments.compile import in_segment
from newsletter.segments.models import Segment
from newsletter.sending.exclusion import reason_at_freeze
from newsletter.sending.variants import variant_choice
from newsletter.subscribers.models import Subscriber, Subscription, Suppression


@dataclass(frozen=True)
class Audience:
    """`readers` get a copy; `excluded` counts the others by the words of `Exclusion`, in their order.

    `variants`: how many readers get the variant of a number (see `rendering.variant`), the most first.
    """

    readers: int
    excluded: dict[str, int]
    variants: dict[int, int] = field(default_factory=dict)

    @property
    def candidates(self) -> int:
        """Everybody who ever subscribed to the publication."""
        return self.readers + sum(self.excluded.values())


def count_audience(
    session: Session, issue: Issue, segment: Segment | None = None, *, document: Document | None = None
) -> Audience:
    """Count the audience by the rule of the freeze, which decides again when the mailing is due.

    `segment`: of a mailing that goes to it alone; `document` is that of the issue's newest revision, where it
    is loaded already. Raises `Refused` when the rules of the segment cannot be used.
    """
    now = clock.now()
    document = document or load_document(find_revision(session, issue))
    variants = variant_choice(session, document, issue.publication, now, lenient=True)
    within = None if segment is None else in_segment(session, issue.publication, segment, now)
    reason = reason_at_freeze(now, issue, within)
    candidates = (
        select(variants.reason(reason).label("reason"), variants.number.label("variant"))
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(Subscription.publication_id == issue.publication_id)
        .subquery()
    )
    kind = (candidates.c.reason, candidates.c.variant)
    excluded: Counter[str] = Counter()
    readers: Counter[int] = Counter()
    for why, variant, n in session.execute(select(*kind, func.count()).group_by(*kind)):
        if why:
            excluded[why] += n
        else:
            readers[variant] += n
    by_variant = dict(readers.most_common()) if variants.several else {}
    return Audience(readers.total(), dict(excluded.most_common()), by_variant)
