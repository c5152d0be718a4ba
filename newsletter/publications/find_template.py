"""Find versions of a publication's own template, and the one that its emails have."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.publications.models import Publication, TemplateVersion
from newsletter.rendering.render_input import CustomTemplate


def template_in_use(session: Session, publication: Publication) -> CustomTemplate | None:
    """The template that the publication's emails have; None for that of its theme."""
    if publication.template is None:
        return None
    version = find_version(session, publication, publication.template)
    return CustomTemplate(version.text, version.number)


def newest_version(session: Session, publication: Publication) -> TemplateVersion | None:
    """The version that was saved last, in use or not; None where there is none."""
    return session.scalar(
        select(TemplateVersion)
        .where(TemplateVersion.publication_id == publication.id)
        .order_by(TemplateVersion.number.desc())
        .limit(1)
    )


def list_versions(session: Session, publication: Publication) -> Sequence[TemplateVersion]:
    """Every version, newest first."""
    return session.scalars(
        select(TemplateVersion)
        .where(TemplateVersion.publication_id == publication.id)
        .order_by(TemplateVersion.number.desc())
    ).all()


def find_version(session: Session, publication: Publication, number: int) -> TemplateVersion:
    """That version; `Missing` when there is none."""
    version = session.scalar(
        select(TemplateVersion).where(
            TemplateVersion.publication_id == publication.id, TemplateVersion.number == number
        )
    )
    if version is None:
        raise Missing("no_version", f"The template of {publication.name} has no version {number}.")
    return version
