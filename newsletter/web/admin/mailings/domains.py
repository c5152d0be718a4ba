"""`/admin/mailings/<id>/domains`: the mailing by the domain of the address, on a page that is asked for."""

from flask import render_template

from newsletter.accounts.permissions import Permission
from newsletter.core import clock
from newsletter.mailings.domains import by_domain
from newsletter.web.admin.guard import allow
from newsletter.web.admin.mailings.blueprint import ONE, blueprint, load_mailing, publication_of, titles
from newsletter.web.database import session


@blueprint.get(f"{ONE}/domains")
@allow(Permission.VIEW)
def domains(mailing_id: int) -> str:
    """The twenty largest and the rest, as of now."""
    mailing = load_mailing(mailing_id)
    return render_template(
        "admin/mailings/domains.html",
        mailing=mailing,
        publication=publication_of(mailing),
        issue_title=titles([mailing]).get(mailing.issue_id, ""),
        domains=by_domain(session(), mailing_id),
        now=clock.now(),
    )
