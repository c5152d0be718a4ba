"""What preflight says about an issue, for its review, for sending it and for Home."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from newsletter.issues.content import IssueContent
from newsletter.issues.models import Issue, Revision
from newsletter.preflight.check import check
from newsletter.preflight.finding import Finding, Level
from newsletter.web.current import links
from newsletter.web.database import session


def findings_of(issue: Issue, revision: Revision, content: IssueContent | None = None) -> list[Finding]:
    """What preflight says about `revision` of `issue`; `content`: where it is loaded already."""
    return check(session(), revision, issue.publication, links(), content)


def blocking(findings: list[Finding]) -> list[Finding]:
    """Those that keep the issue from being sent."""
    return [finding for finding in findings if finding.level is Level.BLOCKING]


@dataclass(frozen=True)
class Place:
    """Where a finding is seen to: an address in the admin, and the words of the link to it."""

    url: str
    label: str
    is_in_document: bool = False


# Rules about the publication, with the field of its settings that each is about.
_SETTINGS = {"sender": "sender_email", "sender_dns": "sender_email", "postal_address": "postal_address"}


_EDITIONS = {"editions", "edition_links"}


def place_of(finding: Finding, issue: Issue) -> Place:
    """The way to what `finding` is about: settings of the publication, the page that sends, or the editor."""
    if field := _SETTINGS.get(finding.rule):
        settings = url_for("admin_publications.settings", slug=issue.publication.slug, _anchor=field)
        return Place(settings, _("Open the settings"))
    if finding.rule == "tested":
        return Place(url_for("admin_issues.send", issue_id=issue.id, _anchor="test"), _("Send one"))
    if finding.rule == "audience":
        people = url_for("admin_subscribers.subscribers", slug=issue.publication.slug)
        return Place(people, _("Open the subscribers"))
    if finding.rule == "approval":
        return Place(url_for("admin_issues.approval", issue_id=issue.id), _("Open the approval"))
    if finding.edition or finding.rule in _EDITIONS:
        return _place_in_languages(finding, issue)
    edit = url_for("admin_issues.edit", issue_id=issue.id, _anchor=finding.path or None)
    return Place(edit, _("Show it") if finding.path else _("Open the editor"), is_in_document=True)


def _place_in_languages(finding: Finding, issue: Issue) -> Place:
    if not finding.edition:
        return Place(url_for("admin_issues.languages", issue_id=issue.id), _("Open the languages"))
    texts = url_for("admin_issues.translations", issue_id=issue.id, edition=finding.edition)
    return Place(texts, _("Open the translations"))


def summary(findings: list[Finding]) -> str:
    """The findings in one sentence."""
    blocked = len(blocking(findings))
    warned = sum(finding.waived is None for finding in findings) - blocked
    if not warned and not blocked:
        return str(_("It can be sent: every warning was waived.") if findings else _("No problems found."))
    mend = ngettext(
        "Fix %(num)s problem before sending.",
        "Fix %(num)s problems before sending.",
        blocked,
    )
    look = ngettext(
        "It can be sent. Check %(num)s warning first.",
        "It can be sent. Check %(num)s warnings first.",
        warned,
    )
    return str(mend if blocked else look)
