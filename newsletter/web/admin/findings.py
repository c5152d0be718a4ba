"""What preflight says about an issue, for its review, for sending it and for Home."""

from flask_babel import gettext as _
from flask_babel import ngettext

from newsletter.issues.content import IssueContent
from newsletter.issues.models import Issue, Revision
from newsletter.preflight import Finding, Level, check
from newsletter.web.current import links
from newsletter.web.database import session


def findings_of(issue: Issue, revision: Revision, content: IssueContent | None = None) -> list[Finding]:
    """What preflight says about `revision` of `issue`; `content`: where it is loaded already."""
    return check(session(), revision, issue.publication, links(), content)


def blocking(findings: list[Finding]) -> list[Finding]:
    """Those that keep the issue from being sent."""
    return [finding for finding in findings if finding.level is Level.BLOCKING]


def summary(findings: list[Finding]) -> str:
    """The findings in one sentence."""
    blocked = len(blocking(findings))
    warned = len(findings) - blocked
    if not findings:
        return str(_("Nothing is wrong with this issue."))
    mend = ngettext(
        "%(num)s thing must be mended before it can be sent.",
        "%(num)s things must be mended before it can be sent.",
        blocked,
    )
    look = ngettext(
        "It can be sent. There is %(num)s warning to look at.",
        "It can be sent. There are %(num)s warnings to look at.",
        warned,
    )
    return str(mend if blocked else look)
