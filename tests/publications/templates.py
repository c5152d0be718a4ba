"""Save templates in tests."""

from sqlalchemy.orm import Session

from newsletter.publications.models import Publication, TemplateVersion
from newsletter.publications.template_versions import publication_input, save_template, try_to_save


def keep_template(session: Session, publication: Publication, text: str, theme: str) -> TemplateVersion:
    """Try and save `text` as somebody's template, and commit."""
    tried = try_to_save(publication_input(publication), text, theme)
    version = save_template(session, publication, tried, actor="ana@press.example")
    session.commit()
    return version
