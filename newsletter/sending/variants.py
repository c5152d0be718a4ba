"""Which variant of an issue each reader gets: chosen in the database when the audience is frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, false, func, literal, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.core.language_tag import primary
from newsletter.document import Document
from newsletter.document.visibility import Visibility
from newsletter.mailings.models import Exclusion, MailingVariant
from newsletter.publications.models import Publication
from newsletter.rendering.variant import (
    MOST_CONDITIONS,
    conditions_of,
    edition_place,
    languages_of,
    stranger_number,
)
from newsletter.segments.attribute_condition import lower
from newsletter.segments.compile import compile_rules
from newsletter.segments.read import read
from newsletter.subscribers.models import Subscriber, Subscription

MOST_VARIANTS = 64  # that one mailing has; each is kept in the memory of those who send


@dataclass(frozen=True)
class VariantChoice:
    """`number` of a reader's variant, for a statement over `Subscription` joined with its `Subscriber`."""

    number: ColumnElement[int]
    several: bool  # some section is for some readers only, or the issue has editions
    seen: ColumnElement[int] | None  # 0 for who sees no section; None where nobody can

    def reason(self, reason: ColumnElement[str]) -> ColumnElement[str]:
        """`reason` for no copy, or that all sections are for others: nobody gets an empty email."""
        if self.seen is None:
            return reason
        nothing = and_(reason == "", self.seen == 0)
        return case((nothing, literal(Exclusion.NOTHING_TO_READ.value)), else_=reason)


def variant_choice(
    session: Session, document: Document, publication: Publication, now: datetime, *, lenient: bool = False
) -> VariantChoice:
    """How the variant of each reader of `document` is told, by what they are at `now`.

    The language of a reader is their own, else the publication's. Raises `Refused` when a topic or a segment
    that a section is for is not there any more; `lenient`: nobody sees that section then.
    """

    def meets(condition: Visibility) -> ColumnElement[bool]:
        try:
            return _meets(session, condition, publication, now)
        except Refused:
            if lenient:
                return false()
            raise

    conditions = conditions_of(document)
    bits = [
        case((meets(condition), literal(1 << place)), else_=literal(0))
        for place, condition in enumerate(conditions)
    ]
    seen: ColumnElement[int] = literal(0)
    for bit in bits:
        seen = seen + bit
    unconditional = any(each.visibility in (None, Visibility()) for each in document.sections)
    several = bool(conditions) or bool(document.editions)
    number = seen + _edition(session, document, publication.language) if document.editions else seen
    return VariantChoice(number, several, None if unconditional or not conditions else seen)


def _edition(session: Session, document: Document, publication_language: str) -> ColumnElement[int]:
    """What `rendering.variant.edition_place` says of a subscriber, above the bits of the conditions."""
    spoken = lower(Subscriber.language, session.get_bind().dialect.name)
    offered = list(enumerate(tag.lower() for tag in languages_of(document, publication_language)))
    # The most exact language that names theirs goes first, then the first of the same language.
    exact = [(_begins(spoken, tag), place) for place, tag in sorted(offered, key=lambda each: -len(each[1]))]
    same = [(_begins(spoken, primary(tag)), place) for place, tag in offered]
    others = edition_place(document, "", publication_language)
    place = case(*exact, *same, else_=literal(others))
    return place * literal(1 << MOST_CONDITIONS)


def _begins(spoken: ColumnElement[str], tag: str) -> ColumnElement[bool]:
    return func.substr(spoken + literal("-"), 1, len(tag) + 1) == f"{tag}-"


def count_variants_frozen(session: Session, mailing_id: int, members: Mapping[int, int]) -> None:
    """Add to how many members of a mailing get the variants of these numbers."""
    for number, n in sorted(members.items()):
        row = session.get(MailingVariant, (mailing_id, number))
        if row is None:
            session.add(MailingVariant(mailing_id=mailing_id, number=number, members=n))
        else:
            row.members += n


def variants_frozen(session: Session, mailing_id: int) -> list[int]:
    """The numbers of the variants that members of a mailing get.

    Raises `Refused` when there are more than a mailing can have.
    """
    query = select(MailingVariant.number).where(MailingVariant.mailing_id == mailing_id)
    numbers = list(session.scalars(query.order_by(MailingVariant.number)))
    if len(numbers) > MOST_VARIANTS:
        sentence = (
            f"Its readers would get {len(numbers)} different emails, {MOST_VARIANTS} are possible:"
            " show fewer sections to some readers only, or have fewer editions."
        )
        raise Refused("many_variants", sentence)
    return numbers


def number_of(session: Session, document: Document, publication: Publication, subscriber_id: int) -> int:
    """The number of the variant that a subscriber gets as of now; a stranger's, if they never subscribed."""
    query = (
        select(variant_choice(session, document, publication, clock.now(), lenient=True).number)
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.publication_id == publication.id, Subscriber.id == subscriber_id)
    )
    number = session.scalar(query)
    return stranger_number(document, publication.language) if number is None else number


def _meets(
    session: Session, condition: Visibility, publication: Publication, now: datetime
) -> ColumnElement[bool]:
    """What `rendering.variant.is_visible` says of one reader, as rules of a segment."""
    kinds = {"topic": condition.topics, "segment": condition.segments, "language": condition.languages}
    asked = [{"any": [{kind: key} for key in keys]} for kind, keys in kinds.items() if keys]
    return compile_rules(session, publication, read({"all": asked}), now)
