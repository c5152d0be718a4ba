"""`/admin/issues/<id>/send`: choose when, see what will happen, and send; or take it back."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.approval.demand import lacks_approval
from newsletter.approval.required import approvals_of, text_to_approve
from newsletter.core.errors import Conflict, DomainError, Refused
from newsletter.core.zones import city_zones
from newsletter.corrections.sent_links import was_sent
from newsletter.issues.content import load_content
from newsletter.issues.edit import lock_issue, state_of
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.mailings.current import current_mailing
from newsletter.mailings.models import Mailing, MailingState
from newsletter.preflight.waive import REASON_LENGTH
from newsletter.preflight.waivers import void_waivers
from newsletter.segments.models import Segment
from newsletter.sending.audience import Audience, count_audience
from newsletter.sending.proof import MOST_ADDRESSES
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import parse_schedule_time
from newsletter.sending.unschedule import unschedule
from newsletter.web.admin.dates import long_moment
from newsletter.web.admin.findings import blocking, findings_of, summary
from newsletter.web.admin.formats import exactly
from newsletter.web.admin.fresh import ask_for_password, is_fresh, is_large
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.issues.chosen_segment import ChosenSegment, choose_segment, read_segment, who_in
from newsletter.web.admin.issues.chosen_time import NOW, Chosen, read_chosen
from newsletter.web.admin.issues.locked import locked_sentence
from newsletter.web.admin.issues.variants import edition_facts, variant_rows
from newsletter.web.admin.words.audience import excluded_words
from newsletter.web.admin.words.correction import who_got
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS

# A few people come and go while somebody reads the page; more than this is another audience.
UNNOTICED = 10


@blueprint.get("/issues/<int:issue_id>/send")
@allow(Permission.SEND)
def send(issue_id: int) -> str | AnyResponse:
    """What was scheduled; or when to send and, once that is chosen, what will happen."""
    issue = load_issue(issue_id)
    chosen = read_chosen(request.args, issue.publication.timezone)
    if (
        chosen.settled
        and not is_fresh()
        and _goes_to_many(issue, request.args)
        and not current_mailing(session(), issue.id)
    ):
        return ask_for_password()
    return page_to_send(issue)


@blueprint.post("/issues/<int:issue_id>/send")
@allow(Permission.SEND)
def schedule_issue(issue_id: int) -> AnyResponse:
    """Send: pressed twice, or by two people, there is one mailing."""
    if not is_fresh() and _goes_to_many(load_issue(issue_id), request.form):
        return ask_for_password()
    issue = lock_issue(session(), issue_id)
    mailing = current_mailing(session(), issue.id)
    if mailing is None:
        try:
            mailing = _schedule(issue)
        except DomainError as error:
            session().rollback()
            return _refused(issue_id, error)
        session().commit()
        flash(_said(mailing), "success")
    return redirect(url_for(".send", issue_id=issue_id), 303)


@blueprint.get("/issues/<int:issue_id>/unschedule")
@allow(Permission.SEND)
def unschedule_page(issue_id: int) -> AnyResponse:
    """Ask first; what is not scheduled has nothing to ask."""
    issue = load_issue(issue_id)
    mailing = current_mailing(session(), issue.id)
    if mailing is None or mailing.state is not MailingState.SCHEDULED:
        return redirect(url_for(".send", issue_id=issue_id), 303)
    page = "admin/issues/unschedule.html"
    return make_response(
        render_template(page, issue=issue, publication=issue.publication, sentence=locked_sentence(mailing))
    )


@blueprint.post("/issues/<int:issue_id>/unschedule")
@allow(Permission.SEND)
def unschedule_issue(issue_id: int) -> AnyResponse:
    """Cancel the mailing before its time and open the editor."""
    load_issue(issue_id)
    try:
        mailing = unschedule(session(), issue_id, actor=current_actor())
    except Conflict as error:
        session().rollback()
        flash(error.message, "error")
        return redirect(url_for(".send", issue_id=issue_id), 303)
    session().commit()
    if mailing is not None:
        flash(_("The issue is no longer scheduled. Nobody has received it."), "success")
    return redirect(url_for(".edit", issue_id=issue_id), 303)


def page_to_send(issue: Issue, **facts: Any) -> str:
    """The page of an issue's mailing; of a draft, the page that sends it, with `facts`."""
    mailing = current_mailing(session(), issue.id)
    if mailing is not None:
        return _scheduled_page(issue, mailing)
    return draft_page(issue, read_chosen(request.args, issue.publication.timezone), **facts)


def _goes_to_many(issue: Issue, given: Mapping[str, str]) -> bool:
    return is_large(choose_segment(given, issue).audience.readers)


def _schedule(issue: Issue) -> Mailing:
    """Check that what is sent is what the page showed, and make the mailing."""
    if state_of(find_revision(session(), issue)) != request.form.get("state", ""):
        raise Conflict(
            "changed", _("The issue has changed since you opened this page. Please check it again.")
        )
    segment = read_segment(request.form, issue)
    audience = count_audience(session(), issue, segment)
    shown = _digits(request.form.get("count", ""))
    if not audience.readers:
        raise Conflict("nobody", _("Nobody would get this issue now, so it was not scheduled."))
    if abs(audience.readers - shown) > max(UNNOTICED, shown // 100):
        raise Conflict("audience", _("The number of readers has changed since you opened this page."))
    if is_large(audience.readers) and _digits(request.form.get("typed", "")) != shown:
        sentence = _("Type the number of readers, %(count)s, to confirm.", count=exactly(shown))
        raise Conflict("typed", sentence, {"typed": sentence})
    when = None
    written = request.form.get("at", "")[:80]
    if written or request.form.get("when") != NOW:  # only who says so sends at once
        when = parse_schedule_time(written, issue.publication.timezone)
    return schedule(session(), issue, when, links(), segment=segment, actor=current_actor())


def _refused(issue_id: int, error: DomainError) -> Response:
    issue = load_issue(issue_id)
    chosen = read_chosen(request.form, issue.publication.timezone)
    page = draft_page(issue, chosen, problem=error.message, typed_problem=error.fields.get("typed", ""))
    return make_response(page, STATUS[error.decision])


def draft_page(issue: Issue, chosen: Chosen | None = None, **facts: Any) -> str:
    """All that comes before an issue is sent: findings, a test message, who gets it, when, and the button."""
    chosen = chosen or read_chosen({}, issue.publication.timezone)
    revision = find_revision(session(), issue)
    content = load_content(session(), revision, issue.publication)
    to = choose_segment(request.values, issue, content.document)
    audience = to.audience
    findings = findings_of(issue, revision, content)
    blocked = blocking(findings)
    ready = chosen.settled and not blocked and not to.problem and audience.readers > 0
    given = {
        "problem": "",
        "typed_problem": "",
        "test_addresses": current_actor(),
        "test_problem": "",
        "waive_typed": {},
        "waive_problem": "",
    } | facts
    return render_template(
        "admin/issues/send.html",
        issue=issue,
        publication=issue.publication,
        state=state_of(revision),
        chosen=chosen,
        zones=city_zones(),
        audience=audience,
        to=to,
        segment_options=[(segment.slug, segment.name) for segment in to.offered],
        excluded=excluded_words(audience.excluded),
        variants=variant_rows(issue, content.document, audience.variants),
        **edition_facts(issue, content.document),
        approvals=approvals_of(session(), revision),
        lacks_approval=lacks_approval(session(), revision, issue.publication),
        findings=[finding for finding in findings if not finding.waived],
        waived=[finding for finding in findings if finding.waived],
        void=void_waivers(session(), issue, findings),
        longest_reason=REASON_LENGTH,
        blocked=blocked,
        most_test_addresses=MOST_ADDRESSES,
        summary=summary(findings),
        ready=ready,
        sentence=_sentence(issue, chosen, to) if ready else "",
        who=_who(issue, audience),
        button=_button(chosen, audience),
        must_type=is_large(audience.readers),
        **given,
    )


def _scheduled_page(issue: Issue, mailing: Mailing) -> str:
    return render_template(
        "admin/issues/scheduled.html",
        issue=issue,
        publication=issue.publication,
        mailing=mailing,
        sentence=locked_sentence(mailing),
        may_unschedule=mailing.state is MailingState.SCHEDULED,
        lacks_approval=mailing.state is MailingState.SCHEDULED and _lacks_approval(issue),
        on_the_web=links().issue(issue.publication.slug, issue.slug) if issue.published_revision else "",
        audience=_expected(issue, mailing) if mailing.state is MailingState.SCHEDULED else None,
        is_sent=was_sent(session(), issue),
    )


def _expected(issue: Issue, mailing: Mailing) -> Audience | None:
    """Who would get it now; None while its segment cannot be asked, which is said when it is due."""
    segment = session().get(Segment, mailing.segment_id) if mailing.segment_id else None
    try:
        return count_audience(session(), issue, segment)
    except Refused:
        return None


def _lacks_approval(issue: Issue) -> bool:
    return lacks_approval(session(), text_to_approve(session(), issue), issue.publication)


def _who(issue: Issue, audience: Audience) -> str:
    """Whom a correction mail goes to; empty for any other issue, which goes to all readers."""
    corrects = issue.corrects_issue_id
    return who_got(load_issue(corrects), audience.readers) if corrects is not None else ""


def _sentence(issue: Issue, chosen: Chosen, to: ChosenSegment) -> str:
    """The one sentence that says what will happen."""
    audience = to.audience
    who = _who(issue, audience) or who_in(to)
    if who and chosen.moment is None:
        return str(_("Send to %(who)s now.", who=who))
    if who and chosen.moment is not None:
        when = long_moment(chosen.moment.at, chosen.moment.zone)
        return str(_("Send to %(who)s on %(when)s.", who=who, when=when))
    facts = {"count": exactly(audience.readers), "publication": issue.publication.name}
    if chosen.moment is None:
        sentence = ngettext(
            "Send to %(count)s reader of %(publication)s now.",
            "Send to %(count)s readers of %(publication)s now.",
            audience.readers,
            **facts,
        )
    else:
        sentence = ngettext(
            "Send to %(count)s reader of %(publication)s on %(when)s.",
            "Send to %(count)s readers of %(publication)s on %(when)s.",
            audience.readers,
            when=long_moment(chosen.moment.at, chosen.moment.zone),
            **facts,
        )
    return str(sentence)


def _button(chosen: Chosen, audience: Audience) -> str:
    n, count = audience.readers, exactly(audience.readers)
    if chosen.moment is None:
        sentence = ngettext("Send to %(count)s reader now", "Send to %(count)s readers now", n, count=count)
    else:
        sentence = ngettext("Schedule for %(count)s reader", "Schedule for %(count)s readers", n, count=count)
    return str(sentence)


def _said(mailing: Mailing) -> str:
    if request.form.get("at"):
        when = long_moment(mailing.scheduled_at, mailing.zone)
        return str(_("The issue is scheduled for %(when)s.", when=when))
    return str(_("The issue is on its way."))


def _digits(text: str) -> int:
    """The number in `4,812`, `4.812` or `4 812`; -1 when there is none."""
    digits = "".join(character for character in text if character.isdecimal())
    return int(digits) if 0 < len(digits) < 12 else -1
