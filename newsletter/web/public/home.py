"""`/`: every publication of the installation, for whoever comes without knowing which."""

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from newsletter.issues.published import Published, published_page
from newsletter.publications.find import all_publications
from newsletter.publications.models import Publication
from newsletter.web.database import session

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> str:
    """The publications, each with its newest issue."""
    listed = [(publication, _newest(session(), publication)) for publication in all_publications(session())]
    return render_template("public/home.html", listed=listed)


def _newest(session: Session, publication: Publication) -> Published | None:
    return next(iter(published_page(session, publication, 1).entries), None)
