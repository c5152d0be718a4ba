"""Decide a deferred request: sign somebody up, or send them a link; whatever depends on who is known."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.ask_reset import ask_reset
from newsletter.core import clock
from newsletter.core.errors import DomainError
from newsletter.core.logs import Logger
from newsletter.deferred.hold import address_of, hold, suspicion_of
from newsletter.deferred.models import DeferredRequest, RequestKind
from newsletter.publications.models import Publication
from newsletter.subscribers.address_change import send_question
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.origin import Origin
from newsletter.subscribers.sign_up import sign_up
from newsletter.subscribers.sign_up_choices import SignUpChoices

log = Logger(__name__)

# Whoever asked has long given up, and an address is not kept for nothing.
USEFUL_FOR = timedelta(hours=24)


def decide(session: Session, request_id: int, *, takes_mail: bool = True) -> None:
    """Do what was asked for and forget the request, unless somebody else does or did. The caller commits.

    A suspect sign-up is held for an editor; `takes_mail`: whether the domain of the address does, as far as
    is known. What the domain refuses is logged by its code: there is nobody to tell.
    """
    undecided = (DeferredRequest.id == request_id, DeferredRequest.suspicion.is_(None))
    request = session.scalar(select(DeferredRequest).where(*undecided).with_for_update(skip_locked=True))
    if request is None:
        return
    if clock.now() - request.created_at > USEFUL_FOR:
        session.delete(request)
        log.warning("a request waited for too long and is dropped", kind=request.kind)
        return
    if request.kind is RequestKind.SIGN_UP and (suspicion := suspicion_of(request, takes_mail=takes_mail)):
        hold(session, request, suspicion)
        return
    session.delete(request)
    try:
        with session.begin_nested():
            DECISIONS[request.kind](session, request)
    except DomainError as error:
        log.warning("a request was refused", kind=request.kind, code=error.code)


def sign_up_as_asked(session: Session, request: DeferredRequest) -> None:
    """Sign the address of the request up, as of the moment at which it was asked for."""
    facts = request.facts
    publication = session.get(Publication, facts["publication_id"])
    if publication is None:  # deleted since
        return
    text, version, locale = facts["words"]
    sign_up(
        session,
        publication=publication,
        address=address_of(request),
        name=facts["name"],
        words=Consent(text, version, locale),
        source=ConsentSource(facts["source"]),
        ip=facts["ip"],
        at=request.created_at,
        # Not in requests of earlier versions.
        origin=Origin.from_json(facts.get("origin")),
        choices=SignUpChoices.from_json(facts.get("choices", {})),
    )


def _password_reset(session: Session, request: DeferredRequest) -> None:
    facts = request.facts
    ask_reset(session, address_of(request), locale=facts["locale"], ip=facts["ip"])


def _address_change(session: Session, request: DeferredRequest) -> None:
    facts = request.facts
    send_question(session, facts["change_id"], facts["moment"], facts["locale"])


DECISIONS: dict[RequestKind, Callable[[Session, DeferredRequest], None]] = {
    RequestKind.SIGN_UP: sign_up_as_asked,
    RequestKind.ADDRESS_CHANGE: _address_change,
    RequestKind.PASSWORD_RESET: _password_reset,
}
