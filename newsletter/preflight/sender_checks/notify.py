"""Tell the owners by mail that a record of a sender vanished from the DNS, and that it is back."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.issues.compile import sender_domain
from newsletter.outbox import post
from newsletter.publications.models import Publication


def tell_owners(session: Session, domain: str, kind: str, records: Sequence[tuple[str, str]]) -> None:
    """Post one system message of `kind` about `records` (kind and name) to every owner; none for none.

    It comes from the first publication that sends from `domain`. Whoever was invited and has not come yet is
    not written to.
    """
    publications = session.scalars(select(Publication).order_by(Publication.id)).all() if records else []
    publication = next((each for each in publications if sender_domain(each) == domain), None)
    if publication is None:
        return
    # Imported when it is needed: what shapes the accounts takes as long to import as all the rest.
    from newsletter.accounts.find import all_users
    from newsletter.accounts.permissions import RoleName

    lines = "\n".join(f"{record_kind.upper()}: {name}" for record_kind, name in records)
    for user in all_users(session):
        if user.password and user.role is RoleName.OWNER:
            post(
                session,
                kind=kind,
                recipient=parse_address(user.email),
                publication_id=publication.id,
                locale=publication.language,
                facts={"slug": publication.slug, "records": lines},
            )
