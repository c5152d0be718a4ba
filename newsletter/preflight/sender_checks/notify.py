"""Tell the owners by mail that a record of a sender vanished from the DNS, and that it is back."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.compile import sender_domain
from newsletter.publications.models import Publication


def tell_owners(session: Session, domain: str, kind: str, records: Sequence[tuple[str, str]]) -> None:
    """Post one system message of `kind` about `records` (kind and name) to every owner; none for none.

    It comes from the first publication that sends from `domain`.
    """
    publications = session.scalars(select(Publication).order_by(Publication.id)).all() if records else []
    publication = next((each for each in publications if sender_domain(each) == domain), None)
    if publication is None:
        return
    # Imported when it is needed: what shapes the accounts takes as long to import as all the rest.
    from newsletter.accounts.permissions import RoleName
    from newsletter.accounts.post_to_team import post_to_team

    lines = "\n".join(f"{record_kind.upper()}: {name}" for record_kind, name in records)
    post_to_team(
        session,
        kind,
        lambda user: user.role is RoleName.OWNER,
        publication_id=publication.id,
        locale=publication.language,
        facts={"slug": publication.slug, "records": lines},
    )
