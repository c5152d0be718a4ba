"""Write to the people on the team who may approve an issue: whoever may send it."""

from sqlalchemy.orm import Session

from newsletter.issues.models import Issue


def tell_team(session: Session, kind: str, issue: Issue, *, but: str = "", **facts: str) -> list[str]:
    """Post a system message of `kind` about `issue` to everybody who may send, except the address `but`.

    `facts`: what else it says, see `outbox.kinds`. Returns their addresses.
    """
    # Imported when it is needed: what shapes the accounts takes as long to import as all the rest.
    from newsletter.accounts.permissions import Permission
    from newsletter.accounts.post_to_team import post_to_team

    return post_to_team(
        session,
        kind,
        lambda user: user.may(Permission.SEND) and user.email != but,
        publication_id=issue.publication_id,
        locale=issue.publication.language,
        facts={"issue_id": issue.id, **facts},
    )
