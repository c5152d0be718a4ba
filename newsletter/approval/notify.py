"""Write to the people on the team who may approve an issue: whoever may send it."""

from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.issues.models import Issue
from newsletter.outbox import post


def tell_team(session: Session, kind: str, issue: Issue, *, but: str = "", **facts: str) -> list[str]:
    """Post a system message of `kind` about `issue` to everybody who may send, except the address `but`.

    `facts`: what else it says, see `outbox.kinds`. Returns their addresses. Whoever was invited and has not
    come yet is not written to.
    """
    # Imported when it is needed: what shapes the accounts takes as long to import as all the rest.
    from newsletter.accounts.find import all_users
    from newsletter.accounts.permissions import Permission

    publication = issue.publication
    told = []
    for user in all_users(session):
        if user.password and user.may(Permission.SEND) and user.email != but:
            post(
                session,
                kind=kind,
                recipient=parse_address(user.email),
                publication_id=publication.id,
                locale=publication.language,
                facts={"issue_id": issue.id, **facts},
            )
            told.append(user.email)
    return told
