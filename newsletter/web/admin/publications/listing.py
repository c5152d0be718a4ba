"""`/admin/publications`: all of them."""

from flask import render_template

from newsletter.accounts.permissions import Permission
from newsletter.publications.find import all_publications
from newsletter.subscribers.find import count_subscriptions
from newsletter.web.admin.guard import allow
from newsletter.web.admin.publications.blueprint import blueprint
from newsletter.web.database import session


@blueprint.get("/publications")
@allow(Permission.MANAGE_PUBLICATIONS)
def publications() -> str:
    """By name, with how many people get each."""
    rows = [
        (publication, count_subscriptions(session(), publication.id)["active"])
        for publication in all_publications(session())
    ]
    return render_template("admin/publications/list.html", rows=rows)
