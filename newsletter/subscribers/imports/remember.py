"""The fields that were chosen for the columns of a header, remembered for the next file with the same."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.subscribers.imports.models import ImportMapping
from newsletter.subscribers.imports.plan import Plan
from newsletter.subscribers.imports.read import Source, read_columns
from newsletter.subscribers.imports.titles import ATTRIBUTE
from newsletter.subscribers.imports.words import compact


def with_remembered(session: Session, publication_id: int, source: Source) -> Source:
    """The source, read as the last file with the same header was; what its own plan says goes before that.

    Fields that are gone meanwhile, as of an attribute that was removed, are not used.
    """
    kept = session.get(ImportMapping, (publication_id, header_hash(read_columns(source).titles)))
    if kept is None:
        return source
    plan = source.plan
    usable = {title: to for title, to in kept.mapping.items() if _is_usable(to, plan)}
    return replace(source, plan=replace(plan, mapping={**usable, **plan.mapping}))


def remember(
    session: Session, publication_id: int, titles: Sequence[str], mapping: Mapping[str, str]
) -> None:
    """Keep these fields (by compact title) for files with these titles; the caller commits."""
    key = (publication_id, header_hash(titles))
    kept = session.get(ImportMapping, key, with_for_update=True)
    if kept is None:
        session.merge(ImportMapping(publication_id=key[0], header_hash=key[1], mapping=dict(mapping)))
    else:
        kept.mapping, kept.at = {**kept.mapping, **mapping}, clock.now()


def header_hash(titles: Sequence[str]) -> str:
    """The same for every file whose columns are called alike, in the same order."""
    return hashlib.sha256("\n".join(map(compact, titles)).encode()).hexdigest()


def _is_usable(to: str, plan: Plan) -> bool:
    key = to.removeprefix(ATTRIBUTE)
    return key == to or key in plan.attributes
