"""Waive a warning about an issue, and take that back."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.links import Links
from newsletter.core.text import clean_note
from newsletter.issues.edit import Locked, lock_issue, state_of
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.current import current_mailing
from newsletter.preflight.check import check
from newsletter.preflight.finding import Finding, Level
from newsletter.preflight.models import Waiver
from newsletter.preflight.rules import RULES

REASON_LENGTH = 500  # code points


class Edited(Conflict):
    """The text is not the one that was reviewed."""

    def __init__(self) -> None:
        super().__init__(
            "edited",
            "Someone edited this issue after you opened the review. Check it again, then waive the warning.",
        )


def waive(
    session: Session,
    issue_id: int,
    rule: str,
    path: str,
    *,
    reason: str,
    links: Links,
    actor: str,
    state: str | None = None,
    key: str = "",
) -> list[Waiver]:
    """Let the warnings of `rule` at `path` stay, flushed; one that is waived already stays as it is.

    `state` is the state of the text that was reviewed (None: the present one), `key` one of several findings
    at the place. Raises `Refused` for no reason, one that is too long, and for what is no warning; `Edited`
    when the text was edited since, `Missing` when the rule has nothing to say there, `Locked` once the issue
    has a mailing. No edit can come in between: they wait for the issue's lock.
    """
    reason = _checked(reason)
    revision, findings = _review(session, issue_id, rule, links, state)
    chosen = [each for each in findings if each.rule == rule and each.path == path and key in {"", each.key}]
    if not chosen:
        place = f"at {path}" if path else "about the issue as a whole"
        raise Missing("no_finding", f"The rule “{rule}” no longer finds anything {place}.")
    if any(each.level is Level.BLOCKING for each in chosen):
        raise Refused("not_waivable", "Only warnings can be waived. This has to be fixed before sending.")
    if not all(each.waivable for each in chosen):
        raise Refused("not_waivable", f"Findings of the rule “{rule}” cannot be waived.")
    return [
        session.get_one(Waiver, each.waived.id)
        if each.waived
        else _add(session, revision, each, reason, actor)
        for each in chosen
    ]


def unwaive(session: Session, issue_id: int, waiver_id: int, *, actor: str) -> Waiver:
    """Take a waiver back, so that its warning stands again; done twice, it is done once."""
    issue = lock_issue(session, issue_id)
    waiver = session.get(Waiver, waiver_id, populate_existing=True)
    if waiver is None or waiver.issue_id != issue.id:
        raise Missing("no_waiver", f"Issue {issue.id} has no waiver {waiver_id}.")
    _refuse_locked(session, issue)
    if waiver.undone_at is None:
        waiver.undone_at, waiver.undone_by = clock.now(), actor
        session.flush()
        audit.record(
            session,
            "issue.warning_unwaived",
            "issue",
            issue.id,
            actor=actor,
            waiver=waiver.id,
            rule=waiver.rule,
        )
    return waiver


def _review(
    session: Session, issue_id: int, rule: str, links: Links, state: str | None
) -> tuple[Revision, list[Finding]]:
    """The text as it is now, which nobody edits meanwhile, and what is found in it."""
    _ = RULES[rule]
    issue = lock_issue(session, issue_id)
    _refuse_locked(session, issue)
    revision = find_revision(session, issue)
    if state is not None and state_of(revision) != state:
        raise Edited
    return revision, check(session, revision, issue.publication, links)


def _refuse_locked(session: Session, issue: Issue) -> None:
    mailing = current_mailing(session, issue.id)
    if mailing is not None:
        raise Locked(mailing)


def _add(session: Session, revision: Revision, finding: Finding, reason: str, actor: str) -> Waiver:
    waiver = Waiver(
        issue_id=revision.issue_id,
        rule=finding.rule,
        place_key=finding.key,
        path=finding.path,
        message=finding.message,
        revision=revision.number,
        edits=revision.edits,
        reason=reason,
        waived_by=actor,
    )
    session.add(waiver)
    session.flush()
    audit.record(
        session,
        "issue.warning_waived",
        "issue",
        revision.issue_id,
        actor=actor,
        waiver=waiver.id,
        rule=finding.rule,
        path=finding.path,
        state=state_of(revision),
        reason=reason,
    )
    return waiver


def _checked(reason: str) -> str:
    kept = clean_note(reason, REASON_LENGTH + 1)
    if not kept:
        raise _bad_reason("Enter why the warning may stay.")
    if len(kept) > REASON_LENGTH:
        raise _bad_reason(f"Use at most {REASON_LENGTH} characters for the reason.")
    return kept


def _bad_reason(sentence: str) -> Refused:
    return Refused("bad_reason", sentence, {"reason": sentence})
