"""Whether the domain of a new address takes mail: asked before the decision, outside its transaction."""

from sqlalchemy.orm import Session

from newsletter.core.db import reading
from newsletter.deferred.models import DeferredRequest, RequestKind
from newsletter.dns_records.ask import DnsSilent, Lookup, ask_dns
from newsletter.publications.models import Publication

PATIENCE_SECONDS = 1.5  # of a question: somebody waits for a message
NULL_MX = "0 ."


def domain_to_check(session: Session, request_id: int) -> str:
    """The domain of the address, where the publication wants it checked; empty otherwise."""
    with reading():
        request = session.get(DeferredRequest, request_id)
        if request is None or request.kind is not RequestKind.SIGN_UP:
            return ""
        publication = session.get(Publication, request.facts["publication_id"])
        wanted = publication is not None and publication.check_mail_domain
        return str(request.facts["key"]).rpartition("@")[2] if wanted else ""


def takes_mail(domain: str, lookup: Lookup | None = None) -> bool:
    """Whether mail for `domain` has somewhere to go (RFC 5321 §5.1, RFC 7505).

    A DNS that does not answer says nothing, so nobody is refused for it.
    """
    lookup = lookup or _ask
    try:
        servers = lookup(domain, "MX")
        if servers:
            return NULL_MX not in servers
        return bool(lookup(domain, "A") or lookup(domain, "AAAA"))
    except DnsSilent:
        return True


def _ask(name: str, kind: str = "TXT", /) -> list[str]:
    return ask_dns(name, kind, seconds=PATIENCE_SECONDS)
