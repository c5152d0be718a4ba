"""`/admin/`: where one starts."""

from flask import Blueprint, render_template

from newsletter.accounts.permissions import Permission
from newsletter.publications.find import find_publication
from newsletter.web.admin.guard import allow
from newsletter.web.database import session

blueprint = Blueprint("admin_home", __name__, url_prefix="/admin")


@blueprint.get("/")
@allow(Permission.VIEW)
def show() -> str:
    """The publication that was looked at last."""
    return render_template("admin/home/show.html")


@blueprint.get("/p/<slug>")
@allow(Permission.VIEW)
def publication(slug: str) -> str:
    """The same for one publication."""
    return render_template("admin/home/show.html", publication=find_publication(session(), slug))
