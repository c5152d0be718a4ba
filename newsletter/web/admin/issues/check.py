"""`/admin/issues/<id>/check` and `…/test`: what preflight says, and test messages."""

from typing import Any

from flask import flash, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.issues.edit import state_of
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.preflight.finding import Finding
from newsletter.sending.proof import parse_proof_addresses, post_proof
from newsletter.web import limits
from newsletter.web.admin.findings import blocking, findings_of, place_of
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.issues.send import draft_page, page_to_send
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS, wants_json


@blueprint.get("/issues/<int:issue_id>/check")
@allow(Permission.VIEW)
def check(issue_id: int) -> AnyResponse:
    """The findings about the saved issue, as JSON for the editor's script; for people the page that sends."""
    issue = load_issue(issue_id)
    if not wants_json():
        return make_response(page_to_send(issue))
    revision = find_revision(session(), issue)
    findings = findings_of(issue, revision)
    return jsonify(
        etag=state_of(revision),
        blocking=len(blocking(findings)),
        findings=[_told(finding, issue) for finding in findings],
    )


@blueprint.post("/issues/<int:issue_id>/test")
@allow(Permission.EDIT_ISSUES)
def test(issue_id: int) -> AnyResponse:
    """Send the issue as it is now to a few addresses; pressing twice sends once."""
    issue = load_issue(issue_id)
    typed = request.form.get("addresses", "")[:5_000]
    try:
        addresses = parse_proof_addresses(typed)
        limits.consume_test_message(current_actor())
        edition = request.form.get("edition", "")[:40]
        post_proof(session(), issue, addresses, links(), actor=current_actor(), edition=edition)
    except DomainError as error:
        session().rollback()
        page = draft_page(load_issue(issue_id), test_addresses=typed, test_problem=error.message)
        return make_response(page, STATUS[error.decision])
    session().commit()
    shown = ", ".join(address.email for address in addresses)
    flash(_("The test message is on its way to %(addresses)s.", addresses=shown), "success")
    return redirect(url_for(".send", issue_id=issue_id), 303)


def _told(finding: Finding, issue: Issue) -> dict[str, Any]:
    """A finding for the script; what is not in the document has the address of the page where it is."""
    told = finding.facts()
    place = place_of(finding, issue)
    return told if place.is_in_document else told | {"url": place.url, "label": place.label}
