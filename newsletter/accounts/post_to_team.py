"""Post a system message to people on the team, by a rule that says to whom."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from newsletter.accounts.find import all_users
from newsletter.accounts.models import User
from newsletter.core.addresses import parse_address
from newsletter.outbox import post


def post_to_team(
    session: Session,
    kind: str,
    who: Callable[[User], bool],
    *,
    publication_id: int,
    locale: str,
    facts: dict[str, Any],
) -> list[str]:
    """Post a message of `kind` to everybody on the team for whom `who` is true; their addresses.

    Never to somebody who was deactivated, or who was invited and has not come yet. `kind`, `locale` and
    `facts` are those of `outbox.post`. The caller commits. Import this where it is needed: what shapes the
    accounts takes as long to import as all the rest.
    """
    users = [user for user in all_users(session) if user.active and user.password and who(user)]
    for user in users:
        post(
            session,
            kind=kind,
            recipient=parse_address(user.email),
            publication_id=publication_id,
            locale=locale,
            facts=facts,
        )
    return [user.email for user in users]
