"""The versions of a publication's own template: which is in use, saving, restoring; drafts of them."""

from collections.abc import Sequence
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.text import one_line
from newsletter.publications.edit import lock_publication
from newsletter.publications.models import NOTE_LENGTH, Publication, TemplateDraft, TemplateVersion
from newsletter.rendering.custom_template.render import LARGEST_TEMPLATE
from newsletter.rendering.custom_template.trial import refuse_unusable
from newsletter.rendering.render_input import CustomTemplate, PublicationInput
from newsletter.rendering.themes import THEMES


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


def save_template(
    session: Session,
    publication: Publication,
    text: str,
    *,
    theme: str,
    actor: str,
    note: str = "",
    based_on: int | None = None,
    restored_from: int | None = None,
) -> TemplateVersion:
    """Put `text` in use as a new version, flushed; the newest version itself when it says the same already.

    `theme` is the one that it was made from; the publication has it from now on. `based_on` is the number of
    the version that the text was made from, 0 for none. Takes a second or two, because it is tried first.
    Raises `Refused`, with a line where there is one, for a template that cannot be used, `Conflict` when
    another version was saved since; nothing is saved then.
    """
    text = checked_text(text)
    if theme not in THEMES:
        raise Refused("unknown_theme", "There is no such theme.", {"theme": "There is no such theme."})
    refuse_unusable(publication_input(publication), theme, CustomTemplate(text))
    lock_publication(session, publication.id)
    newest = newest_version(session, publication)
    number = newest.number if newest else 0
    if newest is None or (newest.text, newest.theme) != (text, theme):
        if based_on is not None and based_on != number:
            raise Conflict(
                "stale_template",
                "Someone else saved the template in the meantime. Compare it with yours, then save again.",
            )
        newest = TemplateVersion(
            publication_id=publication.id,
            number=number + 1,
            theme=theme,
            text=text,
            note=one_line(note)[:NOTE_LENGTH],
            author=actor,
            restored_from=restored_from,
        )
        session.add(newest)
    _use(session, publication, newest, actor)
    return newest


def restore_template(
    session: Session, publication: Publication, number: int, *, actor: str
) -> TemplateVersion:
    """Put the text of version `number` in use again, as a new version; raises what `save_template` raises."""
    version = find_version(session, publication, number)
    return save_template(
        session,
        publication,
        version.text,
        theme=version.theme,
        actor=actor,
        note=version.note,
        restored_from=number,
    )


def use_theme(session: Session, publication: Publication, *, actor: str) -> None:
    """Have the publication's emails look as its theme does again, flushed; the versions stay."""
    lock_publication(session, publication.id)
    if publication.template is not None:
        publication.template = None
        session.flush()
        audit.record(session, "publication.template_put_aside", "publication", publication.id, actor=actor)


def keep_draft(
    session: Session,
    publication: Publication,
    text: str,
    *,
    theme: str,
    author: str,
    note: str,
    based_on: int,
) -> TemplateDraft:
    """Keep what `author` tries, in the place of what they tried before, flushed. It may be broken."""
    lock_publication(session, publication.id)
    draft = TemplateDraft(
        publication_id=publication.id,
        author=author,
        theme=theme,
        text=checked_text(text),
        note=one_line(note)[:NOTE_LENGTH],
        based_on=based_on,
    )
    kept = session.merge(draft)
    session.flush()
    return kept


def find_draft(session: Session, publication: Publication, author: str) -> TemplateDraft | None:
    """What `author` has tried and not saved yet."""
    return session.get(TemplateDraft, (publication.id, author))


def drop_draft(session: Session, publication: Publication, author: str) -> None:
    """Forget what `author` has tried, flushed."""
    draft = find_draft(session, publication, author)
    if draft is not None:
        session.delete(draft)
        session.flush()


def read_template_file(file: IO[bytes]) -> str:
    """The text of a file; `Refused` for one that is too large, which is not read whole, or is not UTF-8."""
    octets = file.read(4 * LARGEST_TEMPLATE + 1)
    try:
        return checked_text(octets.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise _refused(f"Line {line}: This is not UTF-8 text.") from None


def checked_text(text: str) -> str:
    """`text` as it is kept. `Refused` for one that is too long, or holds what no text can."""
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    if len(text) > LARGEST_TEMPLATE:
        raise _refused(f"A template has at most {LARGEST_TEMPLATE:,} characters; this has {len(text):,}.")
    bad = next((at for at, character in enumerate(text) if _is_unusable(character)), None)
    if bad is not None:
        raise _refused(f"Line {text.count(chr(10), 0, bad) + 1}: This character cannot be used.")
    return text


def publication_input(publication: Publication) -> PublicationInput:
    """What templates are tried with of a publication: no pictures, which its issues have."""
    return PublicationInput(
        name=publication.name,
        postal_address=publication.postal_address,
        language=publication.language,
        tokens=publication.theme_tokens,
    )


def _use(session: Session, publication: Publication, version: TemplateVersion, actor: str) -> None:
    if (publication.template, publication.theme) != (version.number, version.theme):
        publication.template, publication.theme = version.number, version.theme
        session.flush()
        audit.record(
            session,
            "publication.template_saved",
            "publication",
            publication.id,
            actor=actor,
            version=version.number,
        )


def _is_unusable(character: str) -> bool:
    return (character < " " and character not in "\n\t") or "\ud800" <= character <= "\udfff"


def _refused(sentence: str) -> Refused:
    return Refused("bad_template", sentence, {"text": sentence})
