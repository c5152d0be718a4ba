"""`/admin/p/<publication>/deliverability`: what the DNS says about mail of the publication's sender."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.issues.compile import sender_domain
from newsletter.preflight.sender_checks.check import can_be_checked, check_soon
from newsletter.preflight.sender_checks.find import sender_report
from newsletter.preflight.sender_checks.lights import LightState, Subject, show_lights
from newsletter.preflight.sender_checks.report import FindingKind, FindingState
from newsletter.web.admin.guard import allow
from newsletter.web.admin.publications.blueprint import blueprint, load_publication
from newsletter.web.database import session

SUBJECT_WORDS = {
    Subject.PUBLISHED: lazy_gettext("Published"),
    Subject.SIGNED: lazy_gettext("Signed"),
    Subject.ALIGNED: lazy_gettext("Aligned"),
}
SUBJECT_MEANINGS = {
    Subject.PUBLISHED: lazy_gettext("The DNS has SPF, DKIM and DMARC records, and they can be read."),
    Subject.SIGNED: lazy_gettext("Mail is signed with a key that the DNS has."),
    Subject.ALIGNED: lazy_gettext("The signature or the return path belongs to the sender’s domain."),
}
# The word of each state, the kind of its colour, and its icon.
LIGHT_WORDS = {
    LightState.FITS: (lazy_gettext("Looks right"), "success"),
    LightState.OPEN: (lazy_gettext("Cannot tell"), None),
    LightState.WRONG: (lazy_gettext("Needs attention"), "error"),
}
FINDING_WORDS = {
    FindingState.GOOD: (lazy_gettext("Good"), "success"),
    FindingState.ADVICE: (lazy_gettext("Could be better"), "warning"),
    FindingState.PROBLEM: (lazy_gettext("Problem"), "error"),
    FindingState.UNKNOWN: (lazy_gettext("No answer"), None),
    FindingState.INFORMATION: (lazy_gettext("For information"), "info"),
}
KIND_WORDS = {
    FindingKind.SPF: "SPF",
    FindingKind.DKIM: "DKIM",
    FindingKind.DMARC: "DMARC",
    FindingKind.ALIGNMENT: lazy_gettext("Alignment"),
    FindingKind.MX: "MX",
    FindingKind.PTR: "PTR",
    FindingKind.MTA_STS: "MTA-STS",
    FindingKind.TLS_RPT: "TLS-RPT",
}


@blueprint.get("/p/<slug>/deliverability")
@allow(Permission.MANAGE_PUBLICATIONS)
def deliverability(slug: str) -> str:
    """Three lights, each record, and what to publish; the last check's, no page asks the DNS."""
    publication = load_publication(slug)
    domain = sender_domain(publication)
    found = sender_report(session(), domain)
    return render_template(
        "admin/publications/deliverability.html",
        publication=publication,
        domain=domain,
        can_be_checked=can_be_checked(domain),
        report=found.report if found else None,
        checked_at=found.checked_at if found else None,
        lights=show_lights(found.report if found else None),
        subject_words=SUBJECT_WORDS,
        subject_meanings=SUBJECT_MEANINGS,
        light_words=LIGHT_WORDS,
        finding_words=FINDING_WORDS,
        kind_words=KIND_WORDS,
    )


@blueprint.post("/p/<slug>/deliverability/check")
@allow(Permission.MANAGE_PUBLICATIONS)
def check_deliverability(slug: str) -> AnyResponse:
    """Have a worker ask the DNS again. Pressing it twice asks once."""
    check_soon(session(), sender_domain(load_publication(slug)))
    session().commit()
    flash(_("The DNS is being asked. Reload this page in a minute."), "info")
    return redirect(url_for(".deliverability", slug=slug), 303)
