"""Save and restore versions of a publication's own template; keep what people try before they save it."""

from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict, Refused
from newsletter.core.text import one_line
from newsletter.publications.edit import lock_publication
from newsletter.publications.find_template import newest_version
from newsletter.publications.models import NOTE_LENGTH, Publication, TemplateDraft, TemplateVersion
from newsletter.rendering.custom_template.render import LARGEST_TEMPLATE
from newsletter.rendering.custom_template.trial import refuse_unusable
from newsletter.rendering.render_input import CustomTemplate, PublicationInput
from newsletter.rendering.themes import THEMES


@dataclass(frozen=True)
class TriedTemplate:
    """A template that makes whole messages, with the theme it was made from; see `try_to_save`."""

    text: str
    theme: str


def try_to_save(publication: PublicationInput, text: str, theme: str) -> TriedTemplate:
    """Try a template, which takes a second or two: let no transaction be open meanwhile.

    Raises `Refused`, with a line where there is one, for a template that cannot be used.
    """
    text = checked_text(text)
    if theme not in THEMES:
        raise Refused("unknown_theme", "This theme does not exist.", {"theme": "This theme does not exist."})
    refuse_unusable(publication, theme, CustomTemplate(text))
    return TriedTemplate(text, theme)


def save_template(
    session: Session,
    publication: Publication,
    tried: TriedTemplate,
    *,
    actor: str,
    note: str = "",
    based_on: int | None = None,
    restored_from: int | None = None,
) -> TemplateVersion:
    """Put `tried` in use as a new version, flushed; the newest version itself when it says the same already.

    The publication has its theme from now on. `based_on` is the number of the version that the text was made
    from, 0 for none; `restored_from` the one that it repeats. Raises `Conflict` when another version was
    saved since; nothing is saved then.
    """
    lock_publication(session, publication.id)
    newest = newest_version(session, publication)
    number = newest.number if newest else 0
    if newest is None or (newest.text, newest.theme) != (tried.text, tried.theme):
        if based_on is not None and based_on != number:
            raise Conflict(
                "stale_template",
                "Someone else saved the template in the meantime. Compare it with yours, then save again.",
            )
        newest = TemplateVersion(
            publication_id=publication.id,
            number=number + 1,
            theme=tried.theme,
            text=tried.text,
            note=one_line(note)[:NOTE_LENGTH],
            author=actor,
            restored_from=restored_from,
        )
        session.add(newest)
    _use(session, publication, newest, actor)
    return newest


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
