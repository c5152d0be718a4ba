"""Mail the people on the team whom a comment mentions, as `@ana` or `@ana@press.example`."""

import re

from sqlalchemy.orm import Session

from newsletter.comments.models import Comment
from newsletter.issues.models import Issue

# What stands before an @ in an address, or a whole address; not an @ in the middle of a word.
_MENTION = re.compile(r"(?<![\w.@+-])@([\w.+-]+(?:@[\w.-]+)?)")
MOST = 20  # in one comment


def mentioned_names(text: str) -> set[str]:
    """What follows each @ in `text`, in lower case, without a full stop that ends a sentence."""
    return {name.rstrip(".-").lower() for name in _MENTION.findall(text)[:MOST]}


def tell_mentioned(session: Session, issue: Issue, comment: Comment) -> list[str]:
    """Post a message to everybody on the team whom the comment mentions, but its author; their addresses."""
    names = mentioned_names(comment.text)
    if not names:
        return []
    # Imported when it is needed: what shapes the accounts takes as long to import as all the rest.
    from newsletter.accounts.models import User
    from newsletter.accounts.post_to_team import post_to_team

    def is_mentioned(user: User) -> bool:
        address = user.email.lower()
        is_named = address in names or address.partition("@")[0] in names
        return is_named and user.email != comment.author

    return post_to_team(
        session,
        "mentioned",
        is_mentioned,
        publication_id=issue.publication_id,
        locale=issue.publication.language,
        facts={"issue_id": issue.id, "comment_id": comment.id},
    )
