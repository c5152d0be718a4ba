"""An issue that is being translated into Arabic, for the pages that show one."""

from sqlalchemy.orm import Session

from newsletter.issues.editions.change import add_edition
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from tests.editions import an_edition, the_document


def translate(session: Session, publication: Publication, actor: str) -> int:
    """The id of an issue: of its Arabic edition a text is missing and one out of date, of the German all."""
    edition = an_edition("ar", without="opera")
    edition["texts"][-1] |= {"source": "Only about sports."}
    document = the_document(slug="in-languages", editions=[edition])
    issue = save_document(session, publication, document, author=actor).issue
    add_edition(session, issue.id, "de", actor=actor)
    return issue.id
