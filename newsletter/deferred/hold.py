"""Hold a suspect sign-up: no message is sent, and an editor lets it in or drops it."""

from disposable_email_domains import blocklist
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import Address
from newsletter.core.db import lock_name
from newsletter.core.logs import Logger
from newsletter.deferred.models import DeferredRequest, Suspicion

log = Logger(__name__)

MOST_HELD = 5_000  # of a publication: more than anybody looks at


def suspicion_of(request: DeferredRequest, *, takes_mail: bool) -> Suspicion | None:
    """Why the sign-up is suspect; None: it is not."""
    if is_disposable(address_of(request).domain):
        return Suspicion.DISPOSABLE
    if request.facts.get("unproven"):
        return Suspicion.UNPROVEN
    return None if takes_mail else Suspicion.NO_MAIL_SERVER


def is_disposable(domain: str) -> bool:
    """Whether the domain, or one above it, is of a service for addresses to throw away.

    The list is that of https://github.com/disposable-email-domains/disposable-email-domains.
    """
    labels = domain.lower().split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def hold(session: Session, request: DeferredRequest, suspicion: Suspicion) -> None:
    """Keep the locked request for an editor, unless one for the address is kept or there are too many."""
    publication_id, address = int(request.facts["publication_id"]), address_of(request)
    lock_name(session, address.hash)
    held = select(func.count()).where(DeferredRequest.publication_id == publication_id)
    same = session.scalar(held.where(DeferredRequest.address_hash == address.hash))
    if same or (session.scalar(held) or 0) >= MOST_HELD:
        session.delete(request)
        log.warning("a suspect sign-up is dropped", suspicion=suspicion, known=bool(same))
        return
    request.suspicion, request.publication_id = suspicion, publication_id
    request.address_hash = address.hash


def address_of(request: DeferredRequest) -> Address:
    """The address that the request is about."""
    return Address(request.facts["email"], request.facts["key"])
