"""The suspect sign-ups of a publication, for editors: list and find them, let them in, drop them."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.addresses import Address
from newsletter.core.errors import Missing
from newsletter.deferred.decide import sign_up_as_asked
from newsletter.deferred.models import DeferredRequest
from newsletter.publications.models import Publication

MOST_SHOWN = 200
KEPT_FOR = timedelta(days=30)  # an address is not kept for nothing


def list_suspects(session: Session, publication: Publication, *, after: int = 0) -> list[DeferredRequest]:
    """The oldest ones of those with a higher id than `after`, at most `MOST_SHOWN`."""
    newer = _of(publication).where(DeferredRequest.id > after)
    return list(session.scalars(newer.order_by(DeferredRequest.id).limit(MOST_SHOWN)))


def find_suspects(session: Session, publication: Publication, addresses: Sequence[Address]) -> list[int]:
    """The ids of those with these addresses. Raises `Missing` where one of them does not wait."""
    found = []
    for address in addresses:
        same = _of(publication).where(DeferredRequest.address_hash == address.hash)
        held = session.scalar(same)
        if held is None:
            sentence = f"{publication.name} has no suspect sign-up of {address.email}."
            raise Missing("unknown_suspect", sentence)
        found.append(held.id)
    return found


def count_suspects(session: Session, publication: Publication) -> int:
    """How many wait for an editor."""
    return session.scalar(select(func.count()).select_from(_of(publication).subquery())) or 0


def let_in(session: Session, publication: Publication, ids: Collection[int], *, actor: str) -> int:
    """Sign them up as if they had not been suspect; how many. They are asked to confirm, within the limits.

    Those that somebody else decided meanwhile are left out. The caller commits.
    """
    requests = _locked(session, publication, ids)
    for request in requests:
        session.delete(request)
        sign_up_as_asked(session, request)
    _record(session, publication, "sign_up.let_in", len(requests), actor)
    return len(requests)


def drop(session: Session, publication: Publication, ids: Collection[int], *, actor: str) -> int:
    """Forget them; how many. The caller commits."""
    requests = _locked(session, publication, ids)
    for request in requests:
        session.delete(request)
    _record(session, publication, "sign_up.dropped", len(requests), actor)
    return len(requests)


def forget_old_suspects(session: Session) -> None:
    """Forget those that no editor looked at for 30 days; the caller commits."""
    old = DeferredRequest.created_at < clock.now() - KEPT_FOR
    session.execute(delete(DeferredRequest).where(DeferredRequest.suspicion.is_not(None), old))


def _of(publication: Publication) -> Select[DeferredRequest]:
    return select(DeferredRequest).where(DeferredRequest.publication_id == publication.id)


def _locked(session: Session, publication: Publication, ids: Collection[int]) -> list[DeferredRequest]:
    mine = _of(publication).where(DeferredRequest.id.in_(list(ids)[:MOST_SHOWN]))
    return list(session.scalars(mine.order_by(DeferredRequest.id).with_for_update(skip_locked=True)))


def _record(session: Session, publication: Publication, action: str, number: int, actor: str) -> None:
    if number:
        audit.record(session, action, "publication", publication.id, actor=actor, number=number)
