"""Keep a request for a worker. It costs the same for every address: one row and one job."""

from typing import Any

from sqlalchemy.orm import Session

from newsletter import jobs
from newsletter.core.addresses import Address
from newsletter.deferred.attack import count_sign_up
from newsletter.deferred.models import DeferredRequest, RequestKind
from newsletter.publications.models import Publication
from newsletter.subscribers.address_change import moment_of
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.models import AddressChange, ConsentSource
from newsletter.subscribers.origin import NOWHERE, Origin
from newsletter.subscribers.sign_up_choices import NO_CHOICES, SignUpChoices


def defer_sign_up(
    session: Session,
    *,
    publication: Publication,
    address: Address,
    name: str,
    words: Consent,
    source: ConsentSource,
    ip: str,
    origin: Origin = NOWHERE,
    choices: SignUpChoices = NO_CHOICES,
    unproven: bool = False,
) -> None:
    """Sign `address` up a moment after the caller's commit; `words` are the consent that was shown.

    `unproven`: a proof of work was asked for and not given, so an editor looks first.
    """
    count_sign_up(session, publication.id)
    _defer(
        session,
        RequestKind.SIGN_UP,
        {
            "publication_id": publication.id,
            "email": address.email,
            "key": address.key,
            "name": name,
            "words": [words.text, words.version, words.locale],
            "source": source.value,
            "ip": ip,
            "origin": origin.to_json(),
            "choices": choices.to_json(),
            "unproven": unproven,
        },
    )


def defer_password_reset(session: Session, address: Address, *, locale: str, ip: str) -> None:
    """Send a link to choose a new password, if `address` is a user's, a moment after the caller's commit."""
    facts = {"email": address.email, "key": address.key, "locale": locale, "ip": ip}
    _defer(session, RequestKind.PASSWORD_RESET, facts)


def defer_address_question(session: Session, change: AddressChange, *, locale: str) -> None:
    """Ask at the new address whether it is theirs, a moment after the caller's commit."""
    facts = {"change_id": change.id, "moment": moment_of(change), "locale": locale}
    _defer(session, RequestKind.ADDRESS_CHANGE, facts)


def _defer(session: Session, kind: RequestKind, facts: dict[str, Any]) -> None:
    request = DeferredRequest(kind=kind, facts=facts)
    session.add(request)
    session.flush()
    jobs.decide_request.enqueue(session, request_id=request.id)
