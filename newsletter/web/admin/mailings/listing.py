"""`/admin/p/<publication>/mailings`: the mailings of a publication."""

from flask import render_template

from newsletter.accounts.permissions import Permission
from newsletter.mailings.listing import list_mailings
from newsletter.publications.find import find_publication
from newsletter.web.admin.guard import allow
from newsletter.web.admin.mailings.blueprint import blueprint, titles
from newsletter.web.admin.paging import asked_id
from newsletter.web.database import session


@blueprint.get("/p/<slug>/mailings")
@allow(Permission.VIEW)
def mailings(slug: str) -> str:
    """Newest first."""
    publication = find_publication(session(), slug)
    before = asked_id("before")
    page = list_mailings(session(), publication.id, before=before)
    return render_template(
        "admin/mailings/list.html",
        publication=publication,
        page=page,
        before=before,
        titles=titles([row.mailing for row in page.rows]),
    )
