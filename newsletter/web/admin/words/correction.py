"""Whom a correction mail goes to, in words for editors."""

from flask_babel import gettext as _
from flask_babel import ngettext

from newsletter.issues.models import Issue
from newsletter.web.admin.formats import exactly


def who_got(corrected: Issue, readers: int) -> str:
    """`the 4,812 people who got No. 12 and are still subscribed`."""
    return str(
        ngettext(
            "the %(count)s person who got %(issue)s and is still subscribed",
            "the %(count)s people who got %(issue)s and are still subscribed",
            readers,
            count=exactly(readers),
            issue=called(corrected),
        )
    )


def called(issue: Issue) -> str:
    """`No. 12`, or its title while it has no number."""
    return str(_("No. %(number)s", number=issue.number)) if issue.number else f"“{issue.title}”"
