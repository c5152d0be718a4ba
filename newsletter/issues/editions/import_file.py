"""Take the translations of a file into an edition."""

from sqlalchemy.orm import Session

from newsletter.document.translate import texts_in
from newsletter.issues.editions.change import open_draft, require_edition, whole_document
from newsletter.issues.editions.po import Translated, read_catalogue
from newsletter.issues.editions.translate import Change, Outcome, change_translations, key_of


def import_translations(
    session: Session, issue_id: int, language: str, octets: bytes, *, actor: str
) -> Outcome:
    """Save what is translated in a gettext catalogue; what is there already is replaced.

    The texts of the outcome that are `gone` have keys such as `title: Hello`. Raises what `add_edition` and
    `read_catalogue` raise.
    """
    issue, revision = open_draft(session, issue_id)
    document = whole_document(session, issue, revision)
    edition = require_edition(document, language)
    texts = [entry.text for entry in texts_in(document, edition)]
    by_place = {(text.at, text.value): key_of(text) for text in texts}
    by_source = {text.value: key_of(text) for text in reversed(texts)}
    changes: dict[str, Change] = {}
    gone: list[str] = []
    for each in read_catalogue(octets, edition.language):
        # A text that was moved since the file was written is still the same text.
        key = by_place.get((each.at, each.source)) or by_source.get(each.source)
        if key is None:
            gone.append(_shown(each))
        else:
            changes.setdefault(key, Change(each.text))
    outcome = change_translations(session, issue.id, edition.language, changes, actor=actor)
    outcome.gone.extend(gone)
    return outcome


def _shown(each: Translated) -> str:
    words = " ".join(each.source.split())
    return f"{each.at}: {words if len(words) <= 60 else words[:59] + '…'}"
