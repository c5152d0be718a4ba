"""`/admin/p/<publication>/deliverability`: what the DNS says about mail of the publication's sender."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Refused
from newsletter.dns_records.authentication_results import LONGEST
from newsletter.issues.compile import sender_domain
from newsletter.preflight.sender_checks.check import can_be_checked, check_soon
from newsletter.preflight.sender_checks.find import sender_report
from newsletter.preflight.sender_checks.lights import LightState, Subject, show_lights
from newsletter.preflight.sender_checks.report import FindingKind, FindingState
from newsletter.publications.models import Publication
from newsletter.sending.self_test import take_self_test
from newsletter.settings import Settings
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.admin.publications.signing_keys import KEY_WORDS, shown_keys
from newsletter.web.current import links, settings
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
    LightState.CONFIRMED: (lazy_gettext("Confirmed"), "success"),
    LightState.FITS: (lazy_gettext("Looks right, not tested"), "info"),
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
    return _page(load_publication(slug))


@blueprint.post("/p/<slug>/deliverability/check")
@allow(Permission.MANAGE_PUBLICATIONS)
def check_deliverability(slug: str) -> AnyResponse:
    """Have a worker ask the DNS again. Pressing it twice asks once."""
    check_soon(session(), sender_domain(load_publication(slug)))
    session().commit()
    flash(_("The DNS is being checked. Reload this page in a minute."), "info")
    return redirect(url_for(".deliverability", slug=slug), 303)


@blueprint.post("/p/<slug>/deliverability/self-test")
@allow(Permission.MANAGE_PUBLICATIONS)
def self_test(slug: str) -> AnyResponse:
    """Take the headers of a test message as it arrived; what was refused stays in the form."""
    publication, pasted = load_publication(slug), request.form.get("headers", "")[:LONGEST]
    try:
        take_self_test(session(), publication, links(), pasted, actor=current_actor())
    except Refused as error:
        start_afresh()
        return make_response(_page(load_publication(slug), pasted, error.message), 400)
    session().commit()
    flash(_("The headers were read."), "success")
    return redirect(url_for(".deliverability", slug=slug), 303)


def tests_itself(given: Settings) -> bool:
    """Whether a test message in the mailbox of IMAP_URL is taken without anybody's help."""
    return given.imap_url is not None and "authserv-id=" in given.imap_url.get_secret_value()


def _page(publication: Publication, pasted: str = "", problem: str = "") -> str:
    domain = sender_domain(publication)
    checked = sender_report(session(), domain)
    return render_template(
        "admin/publications/deliverability.html",
        publication=publication,
        domain=domain,
        can_be_checked=can_be_checked(domain),
        report=checked.report if checked else None,
        checked_at=checked.checked_at if checked else None,
        self_test=checked.self_test if checked else None,
        pasted=pasted,
        problem=problem,
        lights=show_lights(checked.report, checked.self_test) if checked else show_lights(None),
        subject_words=SUBJECT_WORDS,
        subject_meanings=SUBJECT_MEANINGS,
        light_words=LIGHT_WORDS,
        finding_words=FINDING_WORDS,
        kind_words=KIND_WORDS,
        keys=shown_keys(domain),
        key_words=KEY_WORDS,
        tests_itself=tests_itself(settings()),
        zone=checked.report.zone if checked else domain,
    )
